package dev.herald.core.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which clients of a user are online. Immutable.
 *
 * @param userId the user
 * @param clients the clients that are connected
 * @param lastSeenMs when the last client of the user went, milliseconds since 1970; 0 if that is
 *     not known
 */
public record UserPresence(String userId, List<Online> clients, long lastSeenMs) {
  /** Makes an immutable presence. */
  public UserPresence {
    clients = List.copyOf(clients);
  }

  /**
   * A client that is connected.
   *
   * @param clientId its client identifier
   * @param device its device, or null
   * @param sinceMs when it connected, milliseconds since 1970
   */
  public record Online(String clientId, @Nullable String device, long sinceMs) {}
}
