package dev.herald.load;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One publisher and the subscribers of its topic. Owned by the loop.
 *
 * <p>The publisher is never more than a window of messages ahead of the slowest subscriber, nor (at
 * QoS 1) of the broker's acknowledgements. How far the slowest subscriber is, is known by counting
 * for each number under way how many subscribers reached it.
 */
final class Flow {
  private static final int STALLED_CHECKS = 10;

  private final Plan plan;
  private final Tally tally;
  private final Publisher publisher;
  private final List<Receiver> receivers = new ArrayList<>();
  private final PublishTemplate template;
  private final Loop loop;
  private final Runnable pump = this::pump;
  private final int[] reachedBy;
  private boolean pumpScheduled;
  private int window;

  /** How many messages are to be sent by now; at full speed, all that the window lets through. */
  private long offered;

  /** When the first message of an open loop was due, and the time between two. */
  private long firstDueNs;

  private long intervalNs;

  private long sent;
  private long acknowledged;
  private long reachedByAll;
  private long watchedSent;
  private long watchedReached;
  private int stalledChecks;

  /** Makes the publisher and subscribers of one topic, not connected yet. */
  Flow(Plan plan, Tally tally, Loop loop, String name, Runnable ready) {
    this.plan = plan;
    this.tally = tally;
    this.loop = loop;
    this.window = plan.window();
    this.reachedBy = new int[Integer.highestOneBit(plan.window()) * 2];
    String topic = plan.topicRoot() + '/' + name;
    this.template = new PublishTemplate(plan.protocol(), topic, plan.qos(), plan.payloadBytes());
    this.publisher = new Publisher(plan.login(name + "-p"), ready);
    for (int i = 0; i < plan.subscribersPerFlow(); i++) {
      receivers.add(new Receiver(plan.login(name + "-s" + i), topic, ready));
    }
  }

  /** Returns every client of this flow, subscribers first. */
  List<Client> clients() {
    List<Client> all = new ArrayList<>(receivers);
    all.add(publisher);
    return all;
  }

  /** Starts to send as fast as the window allows. */
  void startAtFullSpeed() {
    limitWindow();
    offered = Long.MAX_VALUE;
    pumpSoon();
  }

  /** Starts an open loop: {@link #offerUntil} says when messages are due. */
  void startOpenLoop(long firstDue, long interval) {
    limitWindow();
    firstDueNs = firstDue;
    intervalNs = interval;
  }

  /** Offers the messages that are due by a time; returns when the next one is due. */
  long offerUntil(long nowNs) {
    long nextDue = firstDueNs + offered * intervalNs;
    if (nextDue <= nowNs) {
      offered += (nowNs - nextDue) / intervalNs + 1;
      pumpSoon();
      nextDue = firstDueNs + offered * intervalNs;
    }
    return nextDue;
  }

  /** Offers nothing more; at full speed that is what was sent. */
  void stopOffering() {
    offered = offered == Long.MAX_VALUE ? sent : offered;
  }

  /** Returns whether all that was offered was sent, acknowledged and received by everyone. */
  boolean isDone() {
    return sent == offered
        && acknowledged >= (plan.qos() == 0 ? 0 : sent)
        && received() == sent * receivers.size();
  }

  /** Returns how many were sent. */
  long sent() {
    return sent;
  }

  /** Returns how many were due but not sent. */
  long unsent() {
    return offered - sent;
  }

  /** Returns how many different messages all subscribers got together. */
  long received() {
    long sum = 0;
    for (Receiver receiver : receivers) {
      sum += receiver.check.received();
    }
    return sum;
  }

  /** Adds what was found wrong. */
  void verify(Tally into) {
    for (Receiver receiver : receivers) {
      into.lost += sent - receiver.check.received();
      into.duplicated += receiver.check.duplicated();
      into.outOfOrder += receiver.check.outOfOrder();
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
      for (Receiver receiver : receivers) {
        receiver.reached = sent;
      }
      Arrays.fill(reachedBy, 0);
      reachedByAll = sent;
      pumpSoon();
    }
    watchedSent = sent;
    watchedReached = reachedByAll;
  }

  private void limitWindow() {
    if (plan.qos() > 0) {
      window = Math.min(window, publisher.receiveMaximum());
    }
  }

  private void pumpSoon() {
    if (!pumpScheduled) {
      pumpScheduled = true;
      loop.pumpLater(pump);
    }
  }

  private void pump() {
    pumpScheduled = false;
    long until = Math.min(offered, reachedByAll + window);
    if (plan.qos() > 0) {
      until = Math.min(until, acknowledged + window);
    }
    if (sent >= until) {
      return;
    }
    tally.sent += until - sent;
    ByteBuf out = publisher.out();
    boolean openLoop = intervalNs > 0;
    long now = System.nanoTime();
    while (sent < until) {
      template.write(out, sent, openLoop ? firstDueNs + sent * intervalNs : now);
      sent++;
    }
  }

  /** One subscriber reached a number it had not reached before. */
  private void reached(Receiver receiver, long number) {
    int mask = reachedBy.length - 1;
    for (long each = receiver.reached; each <= number; each++) {
      reachedBy[(int) each & mask]++;
    }
    receiver.reached = number + 1;
    while (reachedByAll < sent && reachedBy[(int) reachedByAll & mask] == receivers.size()) {
      reachedBy[(int) reachedByAll & mask] = 0;
      reachedByAll++;
    }
    pumpSoon();
  }

  private final class Publisher extends Client {
    private final Runnable ready;

    Publisher(Login login, Runnable ready) {
      super(loop, login, "", 0);
      this.ready = ready;
    }

    @Override
    void ready() {
      ready.run();
    }

    @Override
    void failed(String reason) {
      tally.failed(reason);
    }

    @Override
    public void puback(int packetId, int reason) {
      acknowledged++;
      if (reason >= 0x80) {
        tally.refused++;
      }
      pumpSoon();
    }
  }

  private final class Receiver extends Client {
    final SequenceCheck check = new SequenceCheck();
    private final Runnable ready;

    /** One more than the greatest number it got or was given up for. */
    long reached;

    Receiver(Login login, String topic, Runnable ready) {
      super(loop, login, topic, plan.qos());
      this.ready = ready;
    }

    @Override
    void ready() {
      ready.run();
    }

    @Override
    void failed(String reason) {
      tally.failed(reason);
    }

    @Override
    public void message(ByteBuf in, int payloadAt, int payloadBytes, int packetId) {
      if (packetId != 0) {
        Packets.puback(out(), packetId);
      }
      long number = payloadBytes == plan.payloadBytes() ? in.getLong(payloadAt) : -1;
      if (number < 0 || number >= sent) {
        tally.damaged++;
        return;
      }
      if (check.accept(number)) {
        tally.received(in.getLong(payloadAt + 8), readAtNs());
      }
      if (number >= reached) {
        reached(this, number);
      }
    }
  }
}
