package dev.herald.mqtt;

import dev.herald.core.metric.Metrics;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of this node by app and client identifier. Thread-safe; each session is touched on
 * its lane only.
 */
final class Sessions {
  private final Map<Key, Session> sessions = new ConcurrentHashMap<>();
  private final int sessionsMax;

  Sessions(int sessionsMax, Metrics metrics) {
    this.sessionsMax = sessionsMax;
    metrics.gauge("herald_mqtt_sessions", "MQTT sessions, connected or not.", sessions::size);
  }

  @Nullable Session find(Key key) {
    return sessions.get(key);
  }

  /** Adds a session unless there is one of its key; returns whether it was added. */
  boolean add(Session session) {
    return sessions.putIfAbsent(session.key(), session) == null;
  }

  void remove(Session session) {
    sessions.remove(session.key(), session);
  }

  boolean isFull() {
    return sessions.size() >= sessionsMax;
  }

  /** Names a session. */
  record Key(String appId, String clientId) {}
}
