package dev.herald.mqtt;

import dev.herald.core.chat.ChatTopics;
import dev.herald.core.consumer.Delivery;
import dev.herald.core.route.Message;
import dev.herald.core.route.Subscription;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * A QoS 1 or 2 message on its way to one client: waiting, or sent and not complete. Owned by the
 * session's lane.
 */
final class OutboundMessage {
  static final int[] NO_IDENTIFIERS = {};

  final Message message;
  final byte qos;
  final boolean retain;
  final int[] identifiers;

  /** What a consumer group awaits an answer for, or null: no group gave it. */
  final @Nullable Delivery delivery;

  /** Whether it was sent on the present connection. */
  boolean sent;

  /** Whether the client has received it (PUBREC) and is to be told to release it (PUBREL). */
  boolean received;

  /** Its number in the relay's store, 0 while it has none. */
  int savedNo;

  OutboundMessage(Message message, int qos, boolean retain, int[] identifiers) {
    this(message, qos, retain, identifiers, null);
  }

  OutboundMessage(
      Message message, int qos, boolean retain, int[] identifiers, @Nullable Delivery delivery) {
    this.message = message;
    this.qos = (byte) qos;
    this.retain = retain;
    this.identifiers = identifiers;
    this.delivery = delivery;
  }

  /** Returns the identifiers that a message has which one subscription brings. */
  static int[] identifiersOf(Subscription subscription) {
    int identifier = subscription.identifier();
    return identifier == 0 ? NO_IDENTIFIERS : new int[] {identifier};
  }

  /** Returns whether it is kept over a restart; what is said in a chat is on no disk. */
  boolean isKept() {
    return !message.topic().startsWith(ChatTopics.PREFIX);
  }

  /** Returns whether its time is over. */
  boolean isExpired(InstantSource clock) {
    return message.expiresAtMs() != Message.NEVER && message.expiresAtMs() <= clock.millis();
  }
}
