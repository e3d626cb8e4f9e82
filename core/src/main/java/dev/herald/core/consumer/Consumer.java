package dev.herald.core.consumer;

import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;

/**
 * A live member of a consumer group as its edge sees it: takes messages, and answers for each
 * {@link Delivery} sooner or later. Every method is called on its lane and must not block nor
 * throw.
 */
public interface Consumer {
  /** Returns the lane that owns it. From any thread. */
  Lane lane();

  /** Returns the identifier of its client; empty if it is none. From any thread. */
  String clientId();

  /** Takes a message of QoS 0, for which there is no answer. */
  void take(Message message);

  /**
   * Takes a message to be answered for by one of the delivery's methods. It says when the client is
   * sent it ({@link Delivery#sent()}).
   */
  void take(Delivery delivery);

  /**
   * Hears that deliveries it left with, or that it took too long with, are for other members: those
   * that say {@link Delivery#isHandedOver()}. What the client was not sent of them must not be
   * delivered any more; while the consumer is a member it answers that by {@link
   * Delivery#dropped()}.
   */
  void handedOver();
}
