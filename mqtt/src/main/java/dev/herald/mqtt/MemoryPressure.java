package dev.herald.mqtt;

import dev.herald.core.metric.Metrics;
import dev.herald.core.metric.Metrics.Counter;
import dev.herald.mqtt.codec.Limit;
import dev.herald.mqtt.codec.Reason;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * What the server does without while memory is short, so that it does not die of it.
 *
 * <p>Between the high-water mark and all there is lie four steps at equal distances, taken one
 * after the other as memory fills: the first at the mark, the next ones a quarter of the rest
 * further each. A step is left when memory is {@value #HYSTERESIS} points below where it was taken,
 * so that nothing flutters. Read from any thread; looked at once a second by one.
 */
final class MemoryPressure {
  /** From here on no client is accepted that is not connected. */
  static final int REFUSE_CLIENTS = 1;

  /**
   * From here on less is kept: nothing at QoS 0 for slow clients, little for absent ones, no
   * further subscription.
   */
  static final int KEEP_LESS = 2;

  /** From here on publishers are read only now and then. */
  static final int SLOW_PUBLISHERS = 3;

  /** From here on the sessions that hold most are ended. */
  static final int END_SESSIONS = 4;

  /** How much less may wait for a session without a connection while less is kept. */
  static final int ABSENT_SHARE = 8;

  private static final Logger LOG = System.getLogger(MemoryPressure.class.getName());
  private static final int HYSTERESIS = 5;

  /** Every how many looks memory is collected while it is short. */
  private static final int COLLECTED_EVERY = 10;

  private final int highWater;
  private final Memory memory;
  private final Counters counters;
  private final Counter clientsRefused;
  private final Counter subscriptionsRefused;
  private final Counter messagesDropped;
  private final Counter readsPaused;
  private final Counter sessionsEnded;
  private volatile int step;
  private int looksAfterCollection;

  /**
   * Makes one that has not looked yet.
   *
   * @param highWater the mark in percent; 0 for none
   * @param memory the process's
   */
  MemoryPressure(int highWater, Memory memory, Metrics metrics, Counters counters) {
    this.highWater = highWater;
    this.memory = memory;
    this.counters = counters;
    this.clientsRefused = shed(metrics, "clients_refused");
    this.subscriptionsRefused = shed(metrics, "subscriptions_refused");
    this.messagesDropped = shed(metrics, "messages_dropped");
    this.readsPaused = shed(metrics, "reads_paused");
    this.sessionsEnded = shed(metrics, "sessions_ended");
    metrics.gauge(
        "herald_mqtt_memory_step",
        "What is done without while memory is short: 0 nothing, to 4, ending sessions.",
        () -> step);
    metrics.gauge(
        "herald_mqtt_memory_used_percent",
        "How full memory is: heap in use or direct buffers, whichever is fuller.",
        memory::usedPercent);
  }

  private static Counter shed(Metrics metrics, String what) {
    return metrics.counter(
        "herald_mqtt_memory_shed_total",
        "what",
        what,
        "What the server did without because memory was short.");
  }

  /** Looks how full memory is, and takes or leaves steps. Called once a second. */
  void look() {
    if (highWater == 0) {
      return;
    }
    int used = memory.usedPercent();
    int before = step;
    int next = before;
    while (next < END_SESSIONS && used >= mark(next + 1)) {
      next++;
    }
    while (next > 0 && used < mark(next) - HYSTERESIS) {
      next--;
    }
    step = next;
    collectNowAndThen(next, before);
    if (next > before) {
      counters.limit(Limit.MEMORY).increment();
      LOG.log(Level.WARNING, "mqtt.memory_short step=" + next + " used=" + used + "%");
    } else if (next < before) {
      LOG.log(Level.INFO, "mqtt.memory_relaxed step=" + next + " used=" + used + "%");
    }
  }

  /**
   * A server that refuses its clients makes no garbage, so that nothing would be collected by
   * itself, and memory would be short for ever after its users have left.
   */
  private void collectNowAndThen(int next, int before) {
    looksAfterCollection++;
    if (next > before || (next > 0 && looksAfterCollection >= COLLECTED_EVERY)) {
      looksAfterCollection = 0;
      memory.collect();
    }
  }

  private int mark(int ofStep) {
    return highWater + (ofStep - 1) * (100 - highWater) / END_SESSIONS;
  }

  /** Returns the step that is taken, 0 for none. */
  int step() {
    return step;
  }

  /** Returns whether a client is to be refused now; counts it. */
  boolean refusesClient() {
    return counted(REFUSE_CLIENTS, clientsRefused);
  }

  /** Returns whether a further subscription is to be refused now; counts it. */
  boolean refusesSubscription() {
    return counted(KEEP_LESS, subscriptionsRefused);
  }

  /** Returns whether a message at QoS 0 for a client that reads slowly is to be dropped; counts. */
  boolean dropsForSlowClient() {
    return counted(KEEP_LESS, messagesDropped);
  }

  /** Returns how much may wait for a session without a connection, of what may usually. */
  long ofAbsent(long usual) {
    return step >= KEEP_LESS ? usual / ABSENT_SHARE : usual;
  }

  /** Returns whether publishers are to be read only now and then. */
  boolean slowsPublishers() {
    return step >= SLOW_PUBLISHERS;
  }

  /** Counts a publisher that is not read for now. */
  void countPause() {
    readsPaused.increment();
  }

  /** Returns whether sessions are to be ended. */
  boolean endsSessions() {
    return step >= END_SESSIONS;
  }

  /** Ends a session that holds much, with its connection. On the session's lane. */
  void end(Session session) {
    sessionsEnded.increment();
    session.expireAfter(0);
    Connection connection = session.connection();
    if (connection == null) {
      session.end();
    } else {
      connection.end(
          Reason.QUOTA_EXCEEDED,
          "memory is short on this server, and this client holds much of it");
    }
  }

  private boolean counted(int from, Counter what) {
    if (step < from) {
      return false;
    }
    what.increment();
    return true;
  }
}
