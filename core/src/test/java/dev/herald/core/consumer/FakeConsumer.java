package dev.herald.core.consumer;

import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A consumer that remembers what it got and answers when the test says so. */
final class FakeConsumer implements dev.herald.core.consumer.Consumer {
  final String name;
  final List<String> got = new ArrayList<>();
  final Deque<Delivery> open = new ArrayDeque<>();
  private final Lane lane;
  private Consumer<Delivery> reaction = delivery -> {};
  private @Nullable Member member;
  int timesHandedOver;

  FakeConsumer(String name, Lane lane) {
    this.name = name;
    this.lane = lane;
  }

  FakeConsumer reacting(Consumer<Delivery> reaction) {
    this.reaction = reaction;
    return this;
  }

  FakeConsumer join(ConsumerGroups groups, String filter, int messagesMax, long bytesMax) {
    return join(groups, filter, messagesMax, bytesMax, false);
  }

  FakeConsumer join(
      ConsumerGroups groups, String filter, int messagesMax, long bytesMax, boolean busy) {
    member = groups.join(SharedFilter.of(filter), this, messagesMax, bytesMax, busy);
    return this;
  }

  Member member() {
    Member present = member;
    if (present == null) {
      throw new AssertionError("not a member");
    }
    return present;
  }

  boolean isMember() {
    return member != null;
  }

  /** Leaves with what it has not answered; keeps it if nobody else can have it. */
  List<Delivery> leave(boolean keeps) {
    List<Delivery> unfinished = List.copyOf(open);
    member().leave(unfinished, keeps);
    member = null;
    if (!keeps) {
      open.clear();
    }
    return unfinished;
  }

  void refuse() {
    open.remove().refused();
  }

  void acknowledge() {
    open.remove().acknowledged();
  }

  @Override
  public String clientId() {
    return name;
  }

  @Override
  public Lane lane() {
    return lane;
  }

  @Override
  public void take(Message message) {
    got.add(text(message));
  }

  @Override
  public void take(Delivery delivery) {
    got.add(text(delivery.message()));
    open.add(delivery);
    reaction.accept(delivery);
  }

  @Override
  public void handedOver() {
    timesHandedOver++;
    // while it is a member, its client has them and may acknowledge them
    open.removeIf(delivery -> member == null && delivery.isHandedOver());
  }

  static String text(Message message) {
    return new String(message.payload(), java.nio.charset.StandardCharsets.UTF_8);
  }
}
