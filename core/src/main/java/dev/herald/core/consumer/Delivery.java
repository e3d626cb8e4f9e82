package dev.herald.core.consumer;

import dev.herald.core.route.Message;
import org.jspecify.annotations.Nullable;

/**
 * A message of QoS 1 or 2 on its way to one member of a group, or waiting in the group for one. The
 * consumer answers on its own lane, once, with one of the four methods below; a second answer, or
 * one from a member that is no longer the one in charge, changes nothing.
 */
public final class Delivery {
  private final Message message;

  /** Whom it was given to; null while it waits in the group. */
  private final @Nullable Member member;

  /** The message's number in its group, which is the order of what waits. */
  final long number;

  /** The key whose order it keeps, or null. */
  final @Nullable Key key;

  /** How many members it was given to, this one included. */
  final int attempt;

  /** Whether an answer is awaited; touched on the group's lane. */
  boolean open;

  private volatile boolean handedOver;

  Delivery(Message message, long number, @Nullable Key key) {
    this(message, number, key, null, 0);
  }

  Delivery(Message message, long number, @Nullable Key key, @Nullable Member member, int attempt) {
    this.message = message;
    this.number = number;
    this.key = key;
    this.member = member;
    this.attempt = attempt;
  }

  /** Returns what is delivered. */
  public Message message() {
    return message;
  }

  /** Returns how many members it was given to, the present one included. */
  public int attempt() {
    return attempt;
  }

  /** Returns whether another member has got it, because this one left. From any thread. */
  public boolean isHandedOver() {
    return handedOver;
  }

  /** Answers: the consumer has it for good. */
  public void acknowledged() {
    answer(Answer.ACKNOWLEDGED);
  }

  /** Answers: the consumer does not want it. It is dropped and counted [MQTT-4.8.2-6]. */
  public void refused() {
    answer(Answer.REFUSED);
  }

  /**
   * Answers: it is no business of the group any more. The consumer's edge dropped it and counted
   * it, or completes it later and gives it to nobody else [MQTT-4.8.2-4] [MQTT-4.8.2-5].
   */
  public void kept() {
    answer(Answer.KEPT);
  }

  /** Answers: the consumer cannot have it, another member should. */
  public void returned() {
    answer(Answer.RETURNED);
  }

  private void answer(Answer answer) {
    member().group().answered(this, answer);
  }

  /**
   * Returns whom it was given to.
   *
   * @throws IllegalStateException if it waits in its group
   */
  public Member member() {
    Member of = member;
    if (of == null) {
      throw new IllegalStateException("it was given to nobody");
    }
    return of;
  }

  /** Returns the same message as one that waits. */
  Delivery again() {
    return new Delivery(message, number, key, null, attempt);
  }

  void handOver() {
    handedOver = true;
  }

  /** What became of a delivery. */
  enum Answer {
    ACKNOWLEDGED,
    REFUSED,
    KEPT,
    RETURNED
  }
}
