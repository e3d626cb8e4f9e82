package dev.herald.mqtt;

import org.jspecify.annotations.Nullable;

/**
 * Who a client is while no credentials are configured: what its user name says.
 *
 * @param appId the app: what stands before the first {@code /}, or {@link #DEFAULT_APP}
 * @param userId the user: the rest; empty for a client without a user name
 */
record Identity(String appId, String userId) {
  /** The app of clients that name none. */
  static final String DEFAULT_APP = "default";

  static Identity of(@Nullable String userName) {
    if (userName == null) {
      return new Identity(DEFAULT_APP, "");
    }
    int slash = userName.indexOf('/');
    return slash < 0
        ? new Identity(DEFAULT_APP, userName)
        : new Identity(userName.substring(0, slash), userName.substring(slash + 1));
  }
}
