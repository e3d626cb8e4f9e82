package dev.herald.core.consumer;

import dev.herald.core.route.Message;
import org.jspecify.annotations.Nullable;

/**
 * A message of QoS 1 or 2 on its way to one member of a group. The consumer answers on its own
 * lane, once, with one of the methods below. A second answer changes nothing; nor does one that
 * comes after another member was given the message, but for an acknowledgement of a message without
 * a key, or of the next one of its key: that counts as long as nobody else has acknowledged it.
 */
public final class Delivery implements Runnable {
  final Parcel parcel;
  private final Member member;
  private final int attempt;

  // the next two change when its member is given more time

  /** Of the members that were given something, the how manieth this was. */
  long givenNo;

  /** The group's second in which it was given. */
  int givenAt;

  /** Whether its member is the one in charge; touched on the group's lane. */
  boolean open = true;

  /** Whether it counts as under way to its member; touched on the group's lane. */
  boolean holdsPlace = true;

  // its place among the member's open deliveries, oldest first
  @Nullable Delivery before;
  @Nullable Delivery after;

  /** Whether it is one of the attempts at its parcel; touched on the group's lane. */
  private boolean counted = true;

  /** Whether the client may have got it; set on the consumer's lane. */
  private volatile boolean sent;

  private volatile boolean handedOver;

  Delivery(Parcel parcel, Member member, long givenNo, int givenAt) {
    this.parcel = parcel;
    this.member = member;
    this.attempt = parcel.attempts;
    this.givenNo = givenNo;
    this.givenAt = givenAt;
  }

  /** Returns what is delivered. */
  public Message message() {
    return parcel.message;
  }

  /** Returns how many members it was given to, the present one included. */
  public int attempt() {
    return attempt;
  }

  /** Returns whether another member is to get it, or has got it. From any thread. */
  public boolean isHandedOver() {
    return handedOver;
  }

  /** Returns whom it was given to. */
  public Member member() {
    return member;
  }

  /**
   * Notes that the client is sent it, from now on. Without that it was no attempt, if another
   * member has to get it.
   */
  public void sent() {
    sent = true;
  }

  /** Answers: the consumer has it for good. */
  public void acknowledged() {
    answer(Answer.ACKNOWLEDGED);
  }

  /** Answers: the consumer does not want it, which is an attempt in any case. */
  public void refused() {
    sent = true;
    answer(Answer.REFUSED);
  }

  /** Answers: it expired before it could be sent. */
  public void expired() {
    answer(Answer.EXPIRED);
  }

  /**
   * Answers: it is no business of the group any more. The consumer's edge completes it later and
   * gives it to nobody else [MQTT-4.8.2-4] [MQTT-4.8.2-5].
   */
  public void kept() {
    answer(Answer.KEPT);
  }

  /** Answers: the consumer has left and cannot have it; another member should. */
  public void returned() {
    answer(Answer.RETURNED);
  }

  /**
   * Answers: the consumer has no room for it, and its client was not sent it. The member is busy by
   * that, as if it had said so; another member gets the message, or this one when it is ready.
   */
  public void declined() {
    member.decline(this);
  }

  /** Answers: the consumer has dropped it, as it {@link #isHandedOver()}; its place is free. */
  public void dropped() {
    answer(Answer.DROPPED);
  }

  /** Returns whether the client may have got it. From any thread. */
  boolean wasSent() {
    return sent;
  }

  /** Counts it no more among the attempts at its parcel; on the group's lane. */
  void countNot() {
    if (counted) {
      counted = false;
      parcel.attempts--;
    }
  }

  void handOver() {
    handedOver = true;
  }

  private void answer(Answer answer) {
    member.group().answered(this, answer);
  }

  /** Gives itself to the consumer; on its lane. */
  @Override
  public void run() {
    member.hand(this);
  }

  /** What became of a delivery. */
  enum Answer {
    ACKNOWLEDGED,
    REFUSED,
    EXPIRED,
    KEPT,
    RETURNED,
    DECLINED,
    DROPPED
  }
}
