package dev.herald.core.chat;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.route.Message;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A seat's place in a chat it joined. Thread-safe; what one thread does is done in its order. */
public final class Place implements Entry {
  private final Room room;
  private final Seat seat;

  Place(Room room, Seat seat) {
    this.room = room;
    this.seat = seat;
  }

  /** Leaves; the seat is told nothing more, also not what is on its way. */
  public void leave() {
    room.onHome(() -> room.leave(seat));
  }

  /**
   * The client's connection is lost: it stays in for the grace.
   *
   * @param keeps whether the seat goes on taking what is said, for the client to come back to
   */
  public void away(boolean keeps) {
    room.onHome(() -> room.away(seat, keeps));
  }

  /** The client is connected again, and the seat was kept. */
  public void back() {
    room.onHome(() -> room.back(seat));
  }

  /**
   * The client is of another user from now on. Everybody is told; what it said before is the former
   * user's word.
   *
   * @param userId the user, empty for none
   */
  public void changeUser(String userId) {
    room.onHome(() -> room.changeUser(seat, userId));
  }

  /**
   * Says something to all other participants.
   *
   * @param message what is said: payload, quality of service and properties as the client gave
   *     them, the client's id as its origin
   * @return completes with its number when every present participant's connection has it, on any
   *     thread; or with a {@link HeraldException}: QUOTA_EXCEEDED if it is larger than allowed,
   *     FIELD_INVALID if it looks like an event of the chat, NOT_AUTHORIZED if the seat is in the
   *     chat no longer, NODE_UNREACHABLE if the chat's owner is gone
   */
  public CompletionStage<Long> say(Message message) {
    CompletableFuture<Long> done = new CompletableFuture<>();
    try {
      room.chats.check(message.payload());
    } catch (HeraldException refusal) {
      return CompletableFuture.failedFuture(refusal);
    }
    room.chats.router.run(room.home, message.weight(), () -> room.say(seat, message, done));
    return done;
  }

  static HeraldException notIn() {
    return new HeraldException(
        ErrorCode.NOT_AUTHORIZED, "only who is in the chat may speak; subscribe to it first");
  }
}
