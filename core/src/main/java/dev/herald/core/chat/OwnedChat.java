package dev.herald.core.chat;

import dev.herald.core.chat.ChatEvent.Kind;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.registry.Registry.ChatKey;
import dev.herald.core.registry.Registry.ChatOwner;
import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A chat that this node owns. It numbers what is said and what happens, and gives it to all seats
 * in that order; that it is done on one lane makes the order the same for all.
 *
 * <p>A participant is known by its client. Its seat may change while it stays in: when its
 * connection is lost it is away for the grace, with its seat if its session lives on, without one
 * otherwise; it is back with that seat or by joining with another. The chat ends with its last
 * participant.
 */
final class OwnedChat extends Room {
  private static final long NEVER = Long.MAX_VALUE;

  private final Map<String, Participant> participants = new LinkedHashMap<>(4);
  private final long createdMs;

  /** The first ownership under which it has been this chat; it may have been taken anew since. */
  private final long firstEpoch;

  private Seat.@Nullable Who creator;

  /** The second in which time is to be looked at next; of the lane's {@link ChatTimes}. */
  long dueSecond = NEVER;

  // read by any thread
  private volatile int count;
  private volatile long seq;
  private volatile long activeMs;

  OwnedChat(Chats chats, ChatKey key, ChatOwner owner, Lane home) {
    super(chats, key, owner, home);
    this.firstEpoch = owner.epoch();
    this.createdMs = chats.clock.millis();
    this.activeMs = createdMs;
  }

  // ---- coming and going

  @Override
  void join(Seat seat, CompletableFuture<Boolean> admitted) {
    if (isEnded()) {
      admitted.complete(false);
      return;
    }
    Participant present = participants.get(seat.who().clientId());
    if (present != null) {
      sitDown(present, seat);
      admitted.complete(true);
      return;
    }
    if (participants.size() >= chats.settings.participantsMax()) {
      chats.counters.limit("participantsMax");
      admitted.completeExceptionally(
          new HeraldException(
              ErrorCode.QUOTA_EXCEEDED, "the chat has as many participants as it may have"));
      return;
    }
    if (creator == null) {
      creator = seat.who();
    }
    participants.put(seat.who().clientId(), new Participant(seat, chats.clock.millis()));
    chats.counters.participants.incrementAndGet();
    seats.add(seat);
    count = participants.size();
    admitted.complete(true);
    stir();
    tell(Kind.JOINED, seat.who());
  }

  /** Takes a seat for somebody who is in already. */
  private void sitDown(Participant participant, Seat seat) {
    Seat before = participant.seat;
    participant.awayUntilMs = NEVER;
    if (seat.equals(before)) {
      return;
    }
    if (before instanceof RemoteSeat remote && remote.isBeside(seat)) {
      seats.remove(before);
    } else if (before != null) {
      seats.close(before);
    }
    participant.seat = seat;
    seats.add(seat);
    changeUser(seat, seat.who().userId());
  }

  @Override
  void leave(Seat seat) {
    Participant participant = on(seat);
    if (participant != null) {
      seats.remove(seat);
      participant.seat = null;
      go(participant, Kind.LEFT);
    }
  }

  @Override
  void away(Seat seat, boolean keeps) {
    Participant participant = on(seat);
    if (participant == null) {
      return;
    }
    if (!keeps) {
      seats.remove(seat);
      participant.seat = null;
    }
    long graceMs = chats.settings.grace().toMillis();
    if (graceMs == 0) {
      go(participant, Kind.LOST);
    } else {
      participant.awayUntilMs = chats.clock.millis() + graceMs;
      chats.times(home).lookBy(this, participant.awayUntilMs);
    }
  }

  @Override
  void back(Seat seat) {
    Participant participant = on(seat);
    if (participant != null) {
      participant.awayUntilMs = NEVER;
    }
  }

  @Override
  void changeUser(Seat seat, String userId) {
    Participant participant = on(seat);
    if (participant == null || participant.who.userId().equals(userId)) {
      return;
    }
    participant.who = new Seat.Who(participant.who.clientId(), userId);
    if (seat instanceof RemoteSeat remote) {
      seats.remove(remote);
      participant.seat = new RemoteSeat(home, remote.node(), remote.chat(), participant.who);
      seats.add(participant.seat);
    }
    tell(Kind.JOINED, participant.who);
  }

  /** Returns who sits on a seat, or null. */
  private @Nullable Participant on(Seat seat) {
    Participant participant = participants.get(seat.who().clientId());
    return participant != null && seat.equals(participant.seat) ? participant : null;
  }

  /** Has a participant go, who is told as well if there still is a seat. */
  private void go(Participant participant, Kind how) {
    participants.remove(participant.who.clientId());
    chats.counters.participants.decrementAndGet();
    count = participants.size();
    tell(how, participant.who);
    Seat seat = participant.seat;
    if (seat != null) {
      seats.close(seat);
    }
    if (how == Kind.LOST) {
      chats.counters.lost.increment();
    }
    if (participants.isEmpty()) {
      finish();
    }
  }

  @Override
  void nodeIsGone(String node) {
    for (Participant participant : List.copyOf(participants.values())) {
      if (participant.seat instanceof RemoteSeat remote && remote.node().equals(node)) {
        away(remote, false);
      }
    }
  }

  // ---- speaking

  @Override
  void say(Seat seat, Message message, CompletableFuture<Long> done) {
    Participant participant = on(seat);
    if (participant == null) {
      done.completeExceptionally(Place.notIn());
    } else {
      say(participant.who, message, done);
    }
  }

  /** Says something for somebody who need not be in. */
  void say(Seat.Who who, Message message, CompletableFuture<Long> done) {
    if (isEnded()) {
      done.completeExceptionally(Chats.noSuchChat());
      return;
    }
    stir();
    long number = next();
    chats.counters.messages.increment();
    seats.tell(chats.words.said(number, who, message), () -> done.complete(number));
  }

  private long next() {
    long number = seq + 1;
    seq = number;
    return number;
  }

  private void tell(Kind kind, Seat.@Nullable Who who) {
    tell(kind, who, () -> {});
  }

  private void tell(Kind kind, Seat.@Nullable Who who, Runnable told) {
    ChatEvent event =
        new ChatEvent(kind, key, next(), chats.clock.millis(), who, participants.size());
    seats.tell(chats.words.happened(event), told);
  }

  // ---- time, and the end

  /** Notes that something happened for which the chat is to live on. */
  private void stir() {
    activeMs = chats.clock.millis();
    if (dueSecond == NEVER) {
      chats.times(home).lookBy(this, activeMs + chats.settings.idleTimeout().toMillis());
    }
  }

  /** Does what is due. */
  void lookAtTime(long nowMs) {
    for (Participant participant : List.copyOf(participants.values())) {
      if (participant.awayUntilMs <= nowMs) {
        go(participant, Kind.LOST);
      }
    }
    if (isEnded()) {
      return;
    }
    long idleAtMs = activeMs + chats.settings.idleTimeout().toMillis();
    if (idleAtMs <= nowMs) {
      end(Kind.IDLE, null, () -> {});
      return;
    }
    long next = idleAtMs;
    for (Participant participant : participants.values()) {
      next = Math.min(next, participant.awayUntilMs);
    }
    chats.times(home).lookBy(this, next);
  }

  @Override
  void end(Seat.Who who, CompletableFuture<Long> done) {
    Seat.Who by = creator;
    if (isEnded()) {
      done.completeExceptionally(Chats.noSuchChat());
    } else if (by == null || !by.isSameUser(who)) {
      done.completeExceptionally(
          new HeraldException(ErrorCode.NOT_AUTHORIZED, "only its creator may end the chat"));
    } else {
      end(Kind.ENDED, who, () -> done.complete(seq));
    }
  }

  /**
   * Ends the chat, which has not ended yet.
   *
   * @param told run when each participant's connection has the last word, on any thread
   */
  void end(Kind how, Seat.@Nullable Who by, Runnable told) {
    List<Participant> all = List.copyOf(participants.values());
    participants.clear();
    count = 0;
    chats.counters.participants.addAndGet(-all.size());
    tell(how, by, told);
    for (Participant participant : all) {
      if (participant.seat != null) {
        seats.close(participant.seat);
      }
    }
    chats.counters.ended(how);
    finish();
  }

  private void finish() {
    markEnded();
    chats.times(home).forget(this);
    chats.release(this);
  }

  /** Has this node take the chat anew under the lease it has now. */
  void takeAnew() {
    if (isEnded()) {
      return;
    }
    var _ =
        chats
            .take(key)
            .whenComplete((taken, failure) ->
                onHome(() -> {
                  if (failure == null && taken.node().id().equals(owner.node().id())) {
                    owner = taken;
                  } else {
                    lose();
                  }
                }));
  }

  /** Ends because another node owns the chat. */
  private void lose() {
    if (!isEnded()) {
      end(Kind.OWNER_LOST, null, () -> {});
    }
  }

  /** Looks whether another node owns the chat: this one may have been silent for too long. */
  @Override
  void doubted() {
    var _ =
        chats
            .ownedElsewhere(key)
            .thenAccept(other -> {
              if (other.isPresent()) {
                onHome(this::lose);
              }
            });
  }

  // ---- for clients at other nodes

  @Override
  void receive(ChatPacket packet) {
    long epoch = packet.chat().epoch();
    if (epoch < firstEpoch || epoch > owner.epoch()) {
      // of a chat before this one, or of one that this node does not know of yet
      chats.post.refuse(packet);
      return;
    }
    switch (packet.body()) {
      case ChatPacket.Join join -> {
        CompletableFuture<Boolean> admitted = new CompletableFuture<>();
        var _ =
            admitted.whenComplete((in, failure) ->
                chats.post.answer(
                    packet, 0L, failure == null && !in ? ChatPost.unreachable() : failure));
        join(seatOf(packet, join.who()), admitted);
      }
      case ChatPacket.Leave leave -> leave(seatOf(packet, leave.clientId()));
      case ChatPacket.Away away -> away(seatOf(packet, away.clientId()), away.keeps());
      case ChatPacket.Back back -> back(seatOf(packet, back.clientId()));
      case ChatPacket.ChangeUser change ->
          changeUser(seatOf(packet, change.clientId()), change.userId());
      case ChatPacket.Say say ->
          say(seatOf(packet, say.clientId()), say.message(), answering(packet));
      case ChatPacket.End end -> end(end.who(), answering(packet));
      default -> throw new IllegalStateException("not for an owner: " + packet.body());
    }
  }

  private CompletableFuture<Long> answering(ChatPacket asked) {
    CompletableFuture<Long> done = new CompletableFuture<>();
    var _ = done.whenComplete((number, failure) -> chats.post.answer(asked, number, failure));
    return done;
  }

  private Seat seatOf(ChatPacket packet, String clientId) {
    Participant present = participants.get(clientId);
    return seatOf(packet, present == null ? new Seat.Who(clientId, "") : present.who);
  }

  private Seat seatOf(ChatPacket packet, Seat.Who who) {
    return new RemoteSeat(home, packet.from(), packet.chat(), who);
  }

  // ---- what is told about it

  /** Returns whether somebody has joined. From any thread. */
  boolean hasBegun() {
    return seq > 0;
  }

  /** Returns the chat in short. From any thread. */
  ChatView.Summary summary() {
    return new ChatView.Summary(key.chatId(), owner, createdMs, activeMs, seq, count);
  }

  /** Returns all that is told about it. */
  ChatView view() {
    List<ChatView.Participant> all = new ArrayList<>(participants.size());
    for (Participant one : participants.values()) {
      all.add(new ChatView.Participant(one.who, one.sinceMs, one.awayUntilMs == NEVER));
    }
    return new ChatView(summary(), creator, all);
  }

  /** One who is in. */
  private static final class Participant {
    private final long sinceMs;
    private Seat.Who who;
    private @Nullable Seat seat;
    private long awayUntilMs = NEVER;

    Participant(Seat seat, long sinceMs) {
      this.seat = seat;
      this.who = seat.who();
      this.sinceMs = sinceMs;
    }
  }
}
