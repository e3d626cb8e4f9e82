package dev.herald.core.client;

import dev.herald.core.metric.Metrics;
import dev.herald.core.metric.Metrics.Counter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When users without a connected client were last seen, in memory: of so many users; beyond that,
 * who was seen longest ago is forgotten. Thread-safe.
 */
public final class LastSeen {
  private final Map<User, Long> byUser = new LinkedHashMap<>();
  private final int usersMax;
  private final Counter forgotten;

  /**
   * Makes an empty memory.
   *
   * @param usersMax how many users it remembers
   * @param metrics where it counts
   */
  public LastSeen(int usersMax, Metrics metrics) {
    this.usersMax = usersMax;
    this.forgotten =
        metrics.counter(
            "herald_presence_forgotten_total",
            "Users whose last-seen time was forgotten for lack of room (presence.lastSeenMax).");
    metrics.gauge(
        "herald_presence_last_seen_users",
        "Users without a connected client whose last-seen time is remembered.",
        this::size);
  }

  /** Remembers when the last client of a user went. */
  synchronized void went(String appId, String userId, long nowMs) {
    User user = new User(appId, userId);
    byUser.remove(user);
    byUser.put(user, nowMs);
    if (byUser.size() > usersMax) {
      byUser.remove(byUser.keySet().iterator().next());
      forgotten.increment();
    }
  }

  /** Forgets a user that is here again. */
  synchronized void came(String appId, String userId) {
    byUser.remove(new User(appId, userId));
  }

  /** Returns when the last client of a user went, milliseconds since 1970; 0 if not known. */
  synchronized long of(String appId, String userId) {
    @Nullable Long at = byUser.get(new User(appId, userId));
    return at == null ? 0 : at;
  }

  private synchronized long size() {
    return byUser.size();
  }

  private record User(String appId, String userId) {}
}
