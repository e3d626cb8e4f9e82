package dev.herald.core.consumer;

import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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

  /** Whether it passes on what it takes to its client at once. */
  private boolean sends = true;

  /** Whether it has no room for what it is given. */
  private boolean full;

  private final Set<Delivery> unsent = new HashSet<>();

  FakeConsumer(String name, Lane lane) {
    this.name = name;
    this.lane = lane;
  }

  FakeConsumer reacting(Consumer<Delivery> reaction) {
    this.reaction = reaction;
    return this;
  }

  /** Has it keep what it takes from its client from now on. */
  FakeConsumer sendingNothing() {
    sends = false;
    return this;
  }

  /** Has it give back what comes from now on. */
  void fill() {
    full = true;
  }

  /** Has it take messages again. */
  void ready() {
    full = false;
    member().ready();
  }

  FakeConsumer join(ConsumerGroups groups, String filter, int messagesMax, long bytesMax) {
    return join(groups, filter, new Allowance(messagesMax, bytesMax));
  }

  /** Joins with an allowance that it may have in common with others, and is ready. */
  FakeConsumer join(ConsumerGroups groups, String filter, Allowance allowance) {
    joinBusy(groups, filter, allowance).member().ready();
    return this;
  }

  /** Joins and is given nothing yet. */
  FakeConsumer joinBusy(ConsumerGroups groups, String filter, Allowance allowance) {
    member = groups.join(SharedFilter.of(filter), this, allowance);
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
    if (full) {
      delivery.declined();
      return;
    }
    got.add(text(delivery.message()));
    open.add(delivery);
    if (sends) {
      delivery.sent();
    } else {
      unsent.add(delivery);
    }
    reaction.accept(delivery);
  }

  @Override
  public void handedOver() {
    timesHandedOver++;
    // while it is a member, its client may acknowledge what it was sent
    List<Delivery> dropped =
        open.stream()
            .filter(delivery ->
                delivery.isHandedOver() && (member == null || unsent.contains(delivery)))
            .toList();
    open.removeAll(dropped);
    dropped.forEach(Delivery::dropped);
  }

  static String text(Message message) {
    return new String(message.payload(), java.nio.charset.StandardCharsets.UTF_8);
  }
}
