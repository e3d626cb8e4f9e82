package dev.herald.mqtt;

import dev.herald.core.error.HeraldException;
import dev.herald.core.route.NotConsumed;
import dev.herald.core.route.Receipt;
import dev.herald.mqtt.codec.Reason;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What one client published at QoS 1 and 2 that consumer groups have not consumed yet, and what
 * they consumed while the client could not be told. It belongs to the session: a client that comes
 * back and sends such a message again is told what became of the first one, and nothing is
 * delivered twice. Owned by the session's lane.
 */
final class AwaitedPublishes {
  private final Session session;
  private final Broker broker;
  private final Map<Integer, Awaited> byPacketId = new HashMap<>();

  /** The connection that the counts are of. */
  private @Nullable Connection counted;

  private int pending;
  private int pendingAtLeastOnce;

  AwaitedPublishes(Session session, Broker broker) {
    this.session = session;
    this.broker = broker;
  }

  /** Returns how many that came on a connection are not consumed yet. */
  int pending(Connection on) {
    return on == counted ? pending : 0;
  }

  /** Returns how many of them are of QoS 1. */
  int pendingAtLeastOnce(Connection on) {
    return on == counted ? pendingAtLeastOnce : 0;
  }

  /** Returns whether nothing is awaited, and nothing is to be told. */
  boolean isEmpty() {
    return byPacketId.isEmpty();
  }

  /** Begins to await a message that came on a connection. */
  Receipt begin(Connection on, int qos, int packetId) {
    Awaited awaited = new Awaited(on, qos, packetId);
    byPacketId.put(packetId, awaited);
    count(awaited, 1);
    broker.counters().awaited.incrementAndGet();
    if (qos == 2) {
      session.received().await(packetId);
    }
    return awaited;
  }

  /**
   * Takes a message that the client sent again on a connection; returns false if it is not known
   * here, and is to be published.
   */
  boolean again(Connection on, int packetId) {
    Awaited awaited = byPacketId.get(packetId);
    if (awaited == null) {
      return false;
    }
    broker.counters().repeatsRecognised.increment();
    if (awaited.consumed) {
      byPacketId.remove(packetId);
      on.publisher().acknowledge(awaited.qos, packetId, Reason.SUCCESS, null);
    } else if (awaited.on != on) {
      count(awaited, -1);
      awaited.on = on;
      count(awaited, 1);
    }
    return true;
  }

  /**
   * Hears that the client has another connection. What was consumed and the client had a whole
   * connection's time to send again is forgotten: it does not mean to.
   */
  void connectionChanged() {
    byPacketId.values().removeIf(awaited -> awaited.consumed && awaited.connectionsSince++ > 0);
  }

  private void count(Awaited awaited, int change) {
    if (change > 0 && awaited.on != counted) {
      counted = awaited.on;
      pending = 0;
      pendingAtLeastOnce = 0;
    }
    if (awaited.on == counted) {
      pending += change;
      pendingAtLeastOnce += awaited.qos == 1 ? change : 0;
    }
  }

  private void finish(Awaited awaited) {
    count(awaited, -1);
    broker.counters().awaited.decrementAndGet();
    int packetId = awaited.packetId;
    if (session.ended || byPacketId.get(packetId) != awaited) {
      return;
    }
    if (awaited.qos == 2) {
      session.received().answered(packetId);
    }
    NotConsumed refusal = awaited.refusal();
    if (awaited.on != session.connection() || awaited.on.isEnding()) {
      finishUnheard(awaited, refusal);
      return;
    }
    byPacketId.remove(packetId);
    InboundPublisher publisher = awaited.on.publisher();
    if (refusal != null) {
      HeraldException told = refusal.toException();
      publisher.refuse(awaited.qos, packetId, told.code().mqttReason(), told.detail());
    } else {
      boolean nobody = awaited.groups() + awaited.subscribers() == 0;
      int reason = nobody ? Reason.NO_MATCHING_SUBSCRIBERS : Reason.SUCCESS;
      publisher.acknowledge(awaited.qos, packetId, reason, null);
    }
  }

  /** The client is not there, or has not sent the message again since it is. */
  private void finishUnheard(Awaited awaited, @Nullable NotConsumed refusal) {
    if (awaited.qos == 1 && refusal == null) {
      awaited.consumed = true;
      return;
    }
    byPacketId.remove(awaited.packetId);
    if (awaited.qos == 2) {
      if (refusal != null) {
        boolean _ = session.release(awaited.packetId);
      }
      // from now on a repetition is one of a message that is done with, or of none
      session.stateChanged();
    }
  }

  /** One of them. */
  private final class Awaited extends Receipt implements Runnable {
    private final int qos;
    private final int packetId;

    /** The connection on which the client sent it last. */
    private Connection on;

    /** Whether it was consumed while the client could not be told. */
    private boolean consumed;

    private int connectionsSince;

    Awaited(Connection on, int qos, int packetId) {
      this.on = on;
      this.qos = qos;
      this.packetId = packetId;
    }

    @Override
    protected void completed() {
      try {
        // not at once: we may be in the middle of anything, and a refusal may end the connection
        session.loopLane().execute(this);
      } catch (RejectedExecutionException stopped) {
        // the session ended with its lane
      }
    }

    @Override
    public void run() {
      finish(this);
    }
  }
}
