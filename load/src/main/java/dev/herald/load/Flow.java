package dev.herald.load;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * The messages of one publisher and how far its subscribers are. Owned by the loop.
 *
 * <p>The publisher is never more than a window of messages ahead of its slowest subscriber, nor (at
 * QoS 1) of the broker's acknowledgements. Each delivery and each acknowledgement lets it send the
 * next message, which is written at once.
 */
final class Flow {
  private static final int STALLED_CHECKS = 10;

  /** Who gets a flow's messages. */
  enum Audience {
    /** One subscriber, in order. */
    ONE,
    /** Every one of many. */
    ALL,
    /** Any one of many. */
    ANY
  }

  private final int id;
  private final int group;
  private final Plan plan;
  private final Schedule schedule;
  private final Tally tally;
  private final Peer publisher;
  private final PublishTemplate template;
  private final ByteBuf frame;
  private final Audience audience;
  private final SequenceCheck[] checks;
  private int window;

  /**
   * For each subscriber one more than the greatest number it got, and for each number under way how
   * many got that far; empty where one check is enough.
   */
  private final long[] reached;

  private final int[] reachedBy;

  /** How many messages are due by now; at full speed, all that the window lets through. */
  private long offered;

  private long sent;
  private long unsent;
  private long acknowledged;
  private long reachedByAll;

  /** How many were taken for lost where messages are only counted. */
  private long writtenOff;

  private long watchedSent;
  private long watchedReached;
  private int stalledChecks;

  /**
   * Makes a flow that has not begun.
   *
   * @param id its number in the fleet
   * @param publisher who sends
   * @param group the subscribers' group
   * @param receivers how many get each message
   */
  Flow(
      int id,
      Fleet fleet,
      Peer publisher,
      String topic,
      int group,
      Audience audience,
      int receivers) {
    this.id = id;
    this.group = group;
    this.plan = fleet.plan();
    this.schedule = fleet.schedule();
    this.tally = fleet.tally();
    this.frame = fleet.frame();
    this.publisher = publisher;
    this.audience = audience;
    this.window = plan.window();
    this.template = new PublishTemplate(fleet.protocol(), topic, plan.qos(), plan.payloadBytes());
    this.checks = new SequenceCheck[receivers];
    Arrays.setAll(checks, i -> new SequenceCheck());
    boolean many = audience == Audience.ALL;
    this.reached = new long[many ? receivers : 0];
    this.reachedBy = new int[many ? Integer.highestOneBit(window) * 2 : 0];
  }

  /** Returns the group of the subscribers that get its messages. */
  int group() {
    return group;
  }

  /** Starts to send as fast as the window allows. */
  void startAtFullSpeed() {
    limitWindow();
    offered = Long.MAX_VALUE;
    pump();
  }

  /** Starts to send what {@link #offer} says. */
  void startOpenLoop() {
    limitWindow();
  }

  /** The next message is due. */
  void offer() {
    offered++;
    pump();
  }

  /** Sends nothing more: what was due and not sent never is. */
  void end() {
    unsent += offered == Long.MAX_VALUE ? 0 : offered - sent;
    offered = sent;
  }

  /** Returns whether all that was offered was sent, acknowledged and received by everyone. */
  boolean isDone() {
    return sent == offered
        && (plan.qos() == 0 || acknowledged >= sent)
        && received() == sent * checks.length;
  }

  /** Returns how many were sent. */
  long sent() {
    return sent;
  }

  /** Returns how many were due and not sent when it {@linkplain #end ended}. */
  long unsent() {
    return unsent;
  }

  /** Adds what was found wrong. */
  void verify(Tally into) {
    for (SequenceCheck check : checks) {
      into.lost += sent - check.received();
      into.duplicated += check.duplicated();
      // members of a shared subscription take turns: nobody promises them an order
      into.outOfOrder += audience == Audience.ANY ? 0 : check.outOfOrder();
    }
  }

  /**
   * Called at regular times: when nothing moved for {@link #STALLED_CHECKS} of them, takes what is
   * under way for lost, so that the publisher goes on after a broker dropped a whole window.
   */
  void watch() {
    boolean waits = reachedByAll < sent;
    if (waits && sent == watchedSent && reachedByAll == watchedReached) {
      stalledChecks++;
    } else {
      stalledChecks = 0;
    }
    if (stalledChecks == STALLED_CHECKS) {
      writtenOff += sent - reachedByAll;
      Arrays.fill(reached, sent);
      Arrays.fill(reachedBy, 0);
      reachedByAll = sent;
      pump();
    }
    watchedSent = sent;
    watchedReached = reachedByAll;
  }

  /** Sends what is due and what the window and the socket take. */
  void pump() {
    long until = Math.min(offered, reachedByAll + window);
    if (plan.qos() > 0) {
      until = Math.min(until, acknowledged + window);
    }
    while (sent < until && !publisher.isBacklogged()) {
      long now = System.nanoTime();
      long intended = now;
      if (plan.isOpenLoop()) {
        intended = schedule.dueNs(id, sent);
        tally.sentLate(intended, now - intended);
      }
      int start = template.put(frame, PublishTemplate.stamp(id, sent), intended);
      sent++;
      tally.sent++;
      publisher.send(frame, start, template.size());
    }
  }

  /** The broker acknowledged a message. */
  void acknowledged(int reason) {
    acknowledged++;
    if (reason >= 0x80) {
      tally.refused++;
    }
    pump();
  }

  /**
   * A subscriber got a message.
   *
   * @param index which of those that each message goes to
   * @param intendedNs the time in the message
   */
  void delivered(int index, long number, long intendedNs, long readNs) {
    if (number >= sent) {
      tally.damaged++;
      return;
    }
    if (checks[index].accept(number)) {
      tally.received(intendedNs, readNs);
    }
    switch (audience) {
      case ONE -> reachedByAll = Math.max(reachedByAll, number + 1);
      case ANY -> reachedByAll = Math.min(sent, checks[0].received() + writtenOff);
      case ALL -> reached(index, number);
    }
    pump();
  }

  /** One of many subscribers got a number; tells how far the slowest one is. */
  private void reached(int index, long number) {
    int mask = reachedBy.length - 1;
    for (long each = reached[index]; each <= number; each++) {
      reachedBy[(int) each & mask]++;
    }
    reached[index] = Math.max(reached[index], number + 1);
    while (reachedByAll < sent && reachedBy[(int) reachedByAll & mask] == reached.length) {
      reachedBy[(int) reachedByAll & mask] = 0;
      reachedByAll++;
    }
  }

  private long received() {
    long sum = 0;
    for (SequenceCheck check : checks) {
      sum += check.received();
    }
    return sum;
  }

  private void limitWindow() {
    if (plan.qos() > 0) {
      window = Math.min(window, publisher.receiveMaximum());
    }
  }
}
