package dev.herald.mqtt;

import dev.herald.core.consumer.Delivery;
import dev.herald.core.route.Message;
import org.jspecify.annotations.Nullable;

/**
 * A QoS 1 or 2 message on its way to one client: waiting, or sent and not complete. Owned by the
 * session's lane.
 */
final class OutboundMessage {
  static final int[] NO_IDENTIFIERS = {};

  final Message message;
  final int qos;
  final boolean retain;
  final int[] identifiers;

  /** What a consumer group awaits an answer for, or null: no group gave it. */
  final @Nullable Delivery delivery;

  /** Whether it was sent on the present connection. */
  boolean sent;

  /** Whether the client has received it (PUBREC) and is to be told to release it (PUBREL). */
  boolean received;

  OutboundMessage(Message message, int qos, boolean retain, int[] identifiers) {
    this(message, qos, retain, identifiers, null);
  }

  OutboundMessage(
      Message message, int qos, boolean retain, int[] identifiers, @Nullable Delivery delivery) {
    this.message = message;
    this.qos = qos;
    this.retain = retain;
    this.identifiers = identifiers;
    this.delivery = delivery;
  }
}
