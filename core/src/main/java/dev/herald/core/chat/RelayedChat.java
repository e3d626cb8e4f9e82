package dev.herald.core.chat;

import dev.herald.core.chat.ChatEvent.Kind;
import dev.herald.core.registry.Registry.ChatKey;
import dev.herald.core.registry.Registry.ChatOwner;
import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * A chat that another node owns, for the clients of this node that are in it: what they do goes to
 * the owner, and what the owner tells goes to them.
 */
final class RelayedChat extends Room {
  /** Those in, and those on the way in, by client. */
  private final Map<String, Seat> local = new HashMap<>(4);

  /** How many questions of them the owner has not answered. */
  private int asked;

  RelayedChat(Chats chats, ChatKey key, ChatOwner owner, Lane home) {
    super(chats, key, owner, home);
  }

  private CompletableFuture<Long> ask(ChatPacket.Body body) {
    asked++;
    CompletableFuture<Long> answer = new CompletableFuture<>();
    CompletableFuture<Long> here = new CompletableFuture<>();
    var _ =
        answer.whenComplete((number, failure) ->
            onHome(() -> {
              asked--;
              if (failure == null) {
                here.complete(number);
              } else {
                here.completeExceptionally(failure);
              }
              finishIfEmpty();
            }));
    chats.post.ask(owner.node().id(), owned(), body, answer);
    return here;
  }

  private void tellOwner(ChatPacket.Body body) {
    chats.post.tell(owner.node().id(), owned(), body);
  }

  private void finishIfEmpty() {
    if (local.isEmpty() && asked == 0 && !isEnded()) {
      markEnded();
      chats.remove(this);
    }
  }

  // ---- what clients do

  @Override
  void join(Seat seat, CompletableFuture<Boolean> admitted) {
    if (isEnded()) {
      admitted.complete(false);
      return;
    }
    Seat before = local.put(seat.who().clientId(), seat);
    if (before != null && !before.equals(seat)) {
      seats.close(before);
    }
    var _ =
        ask(new ChatPacket.Join(seat.who()))
            .whenComplete((number, failure) -> {
              if (failure != null) {
                boolean _ = local.remove(seat.who().clientId(), seat);
                admitted.completeExceptionally(failure);
              } else {
                if (isHere(seat)) {
                  seats.remove(seat);
                  seats.add(seat);
                }
                admitted.complete(true);
              }
            });
  }

  private boolean isHere(Seat seat) {
    return seat.equals(local.get(seat.who().clientId()));
  }

  @Override
  void leave(Seat seat) {
    if (local.remove(seat.who().clientId(), seat)) {
      seats.remove(seat);
      tellOwner(new ChatPacket.Leave(seat.who().clientId()));
      finishIfEmpty();
    }
  }

  @Override
  void away(Seat seat, boolean keeps) {
    if (!isHere(seat)) {
      return;
    }
    if (!keeps) {
      local.remove(seat.who().clientId());
      seats.remove(seat);
    }
    tellOwner(new ChatPacket.Away(seat.who().clientId(), keeps));
    finishIfEmpty();
  }

  @Override
  void back(Seat seat) {
    if (isHere(seat)) {
      tellOwner(new ChatPacket.Back(seat.who().clientId()));
    }
  }

  @Override
  void changeUser(Seat seat, String userId) {
    if (isHere(seat)) {
      tellOwner(new ChatPacket.ChangeUser(seat.who().clientId(), userId));
    }
  }

  @Override
  void say(Seat seat, Message message, CompletableFuture<Long> done) {
    if (!isHere(seat)) {
      done.completeExceptionally(Place.notIn());
      return;
    }
    pass(ask(new ChatPacket.Say(seat.who().clientId(), message)), done);
  }

  @Override
  void end(Seat.Who who, CompletableFuture<Long> done) {
    pass(ask(new ChatPacket.End(who)), done);
  }

  private static void pass(CompletableFuture<Long> from, CompletableFuture<Long> to) {
    var _ =
        from.whenComplete((number, failure) -> {
          if (failure == null) {
            to.complete(number);
          } else {
            to.completeExceptionally(failure);
          }
        });
  }

  // ---- what the owner tells

  @Override
  void receive(ChatPacket packet) {
    if (!packet.from().equals(owner.node().id()) || !packet.chat().equals(owned())) {
      // who owned the chat before, and does not know that it is over
      chats.post.refuse(packet);
      return;
    }
    switch (packet.body()) {
      case ChatPacket.Show show ->
          seats.tell(show.message(), () -> chats.post.answer(packet, 0L, null));
      case ChatPacket.Closed closed -> {
        Seat seat = local.remove(closed.clientId());
        if (seat != null) {
          seats.close(seat);
        }
        finishIfEmpty();
      }
      default -> throw new IllegalStateException("not from an owner: " + packet.body());
    }
  }

  @Override
  void nodeIsGone(String node) {
    if (!node.equals(owner.node().id()) || isEnded()) {
      return;
    }
    List<Seat> all = List.copyOf(local.values());
    local.clear();
    ChatEvent event = new ChatEvent(Kind.OWNER_LOST, key, 0, chats.clock.millis(), null, 0);
    seats.tell(chats.words.happened(event), () -> {});
    all.forEach(seats::close);
    chats.counters.ended(Kind.OWNER_LOST);
    finishIfEmpty();
  }
}
