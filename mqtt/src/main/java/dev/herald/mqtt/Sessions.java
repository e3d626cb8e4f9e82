package dev.herald.mqtt;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.metric.Metrics;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of this node by app and client identifier. Thread-safe; each session is touched on
 * its lane only.
 */
final class Sessions {
  private final Map<Key, Session> sessions = new ConcurrentHashMap<>();
  private final AtomicInteger places = new AtomicInteger();
  private final int sessionsMax;
  private volatile @Nullable RelaySessions kept;

  Sessions(int sessionsMax, Metrics metrics) {
    this.sessionsMax = sessionsMax;
    metrics.gauge("herald_mqtt_sessions", "MQTT sessions, connected or not.", sessions::size);
  }

  /** Has sessions that outlive their connection kept over a restart, from now on. */
  void keep(RelaySessions by) {
    kept = by;
  }

  /** Returns who keeps sessions over a restart, or null if nobody does. */
  @Nullable RelaySessions kept() {
    return kept;
  }

  /** Returns all sessions; those that come or go meanwhile may be among them or not. */
  Collection<Session> all() {
    return sessions.values();
  }

  @Nullable Session find(Key key) {
    return sessions.get(key);
  }

  /**
   * Adds a session unless there is one of its key; returns whether it was added.
   *
   * @throws HeraldException QUOTA_EXCEEDED if there are as many sessions as there may be
   */
  boolean add(Session session) {
    // a place is taken before it is used, so that two lanes never share the last one
    if (places.incrementAndGet() > sessionsMax) {
      places.decrementAndGet();
      throw new HeraldException(
          ErrorCode.QUOTA_EXCEEDED, "this server has as many sessions as it may have");
    }
    boolean added = sessions.putIfAbsent(session.key(), session) == null;
    if (!added) {
      places.decrementAndGet();
    }
    return added;
  }

  void remove(Session session) {
    if (sessions.remove(session.key(), session)) {
      places.decrementAndGet();
    }
  }

  /** Names a session. */
  record Key(String appId, String clientId) {}
}
