package dev.herald.core.consumer;

import dev.herald.core.route.Message;
import org.jspecify.annotations.Nullable;

/**
 * A message of QoS 1 or 2 on its way to one member of a group. The consumer answers on its own
 * lane, once, with one of the methods below; a second answer, or one that comes after another
 * member has got the message, changes nothing for it.
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

  /** Whether the client may have got it; set on the consumer's lane before the member leaves. */
  private boolean sent = true;

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

  /** Answers: the consumer has it for good. */
  public void acknowledged() {
    answer(Answer.ACKNOWLEDGED);
  }

  /** Answers: the consumer does not want it. */
  public void refused() {
    answer(Answer.REFUSED);
  }

  /** Answers: it expired before it could be sent. */
  public void expired() {
    answer(Answer.EXPIRED);
  }

  /**
   * Answers: it is no business of the group any more. The consumer's edge completes it later and
   * gives it to nobody else [MQTT-4.8.2-4] [MQTT-4.8.2-5], or dropped what was handed over.
   */
  public void kept() {
    answer(Answer.KEPT);
  }

  /** Answers: the consumer cannot have it and its client never got it; another member should. */
  public void returned() {
    notSent();
    answer(Answer.RETURNED);
  }

  /** Notes that the client did not get it, before the consumer leaves with it. */
  public void notSent() {
    sent = false;
  }

  /** Returns whether the client may have got it. On the group's lane, after the member left. */
  boolean wasSent() {
    return sent;
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
    RETURNED
  }
}
