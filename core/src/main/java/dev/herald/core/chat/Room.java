package dev.herald.core.chat;

import dev.herald.core.registry.Registry.ChatKey;
import dev.herald.core.registry.Registry.ChatOwner;
import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

/**
 * What this node has of one chat: the chat itself, or a relay to the node that owns it. It lives on
 * the lane of the seat it was made for; all but what says otherwise is called there.
 */
abstract class Room {
  final Chats chats;
  final ChatKey key;
  final Lane home;
  final Seats seats;

  /** Completes when the room is in the directory no longer. */
  final CompletableFuture<Void> gone = new CompletableFuture<>();

  /** Who owns the chat. */
  volatile ChatOwner owner;

  private boolean ended;

  Room(Chats chats, ChatKey key, ChatOwner owner, Lane home) {
    this.chats = chats;
    this.key = key;
    this.owner = owner;
    this.home = home;
    this.seats = new Seats(chats.router, chats.post, this::doubted);
  }

  /**
   * Lets a seat join.
   *
   * @param admitted completes with whether it is in; it is not when the room has ended, which may
   *     be made anew once it is gone. Fails with a refusal
   */
  abstract void join(Seat seat, CompletableFuture<Boolean> admitted);

  /** Has a seat leave that is in. */
  abstract void leave(Seat seat);

  /**
   * Notes that the connection of a seat is lost.
   *
   * @param keeps whether the seat is still to be told what is said
   */
  abstract void away(Seat seat, boolean keeps);

  /** Notes that the client of a seat that was kept is connected again. */
  abstract void back(Seat seat);

  /** Notes that the client of a seat is of another user from now on. */
  abstract void changeUser(Seat seat, String userId);

  /** Says something; completes with its number when every connection has it. */
  abstract void say(Seat seat, Message message, CompletableFuture<Long> done);

  /** Ends the chat for somebody who is its creator. */
  abstract void end(Seat.Who who, CompletableFuture<Long> done);

  /** Takes a packet about this chat from another node. */
  abstract void receive(ChatPacket packet);

  /** Takes notice that a node is gone. */
  abstract void nodeIsGone(String node);

  /** Hears that another node does not take what it is shown of this chat. From any thread. */
  void doubted() {}

  boolean isEnded() {
    return ended;
  }

  /** Is over: nobody joins any more. */
  void markEnded() {
    ended = true;
  }

  /** Returns the chat under the present ownership. From any thread. */
  ChatPacket.Owned owned() {
    return new ChatPacket.Owned(key, owner.epoch());
  }

  /** Runs something on the room's lane, after what the same thread gave before. */
  void onHome(Runnable task) {
    try {
      home.execute(task);
    } catch (RejectedExecutionException stopping) {
      // the lane's clients were told, and nobody else is here
      gone.complete(null);
    }
  }
}
