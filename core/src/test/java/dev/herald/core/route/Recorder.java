package dev.herald.core.route;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A subscriber that remembers what it got. */
final class Recorder extends Subscriber {
  final List<Receipt> receipts = new ArrayList<>();
  final Map<String, Subscription> subscriptions = new HashMap<>();
  private Consumer<Message> reaction = message -> {};

  Recorder(Lane lane) {
    super(lane);
  }

  /** Sets what it does after it noted a message. */
  Recorder reacting(Consumer<Message> reaction) {
    this.reaction = reaction;
    return this;
  }

  /** Subscribes; on its lane. */
  Recorder subscribe(TopicTree tree, String filter) {
    Subscription subscription = new Subscription(this, filter, 0, 0);
    subscriptions.put(filter, subscription);
    tree.add(subscription);
    return this;
  }

  /** Ends a subscription; on its lane. */
  void unsubscribe(TopicTree tree, String filter) {
    Subscription subscription = subscriptions.remove(filter);
    if (subscription == null) {
      throw new AssertionError("not subscribed: " + filter);
    }
    tree.remove(subscription);
  }

  List<String> topics() {
    return receipts.stream().map(receipt -> receipt.message.topic()).toList();
  }

  @Override
  protected void deliver(Message message, Subscription subscription) {
    receipts.add(new Receipt(message, List.of(subscription.filter())));
    reaction.accept(message);
  }

  @Override
  protected void deliver(Message message, List<Subscription> matched) {
    receipts.add(new Receipt(message, matched.stream().map(Subscription::filter).toList()));
    reaction.accept(message);
  }

  /** One delivery: the message, and the filters it matched. */
  record Receipt(Message message, List<String> filters) {}

  static Message message(String topic) {
    return message(topic, new byte[0]);
  }

  static Message message(String topic, byte[] payload) {
    return new Message(topic, payload, 0, false, MessageProperties.NONE, Message.NEVER, null);
  }
}
