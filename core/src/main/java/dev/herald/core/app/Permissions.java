package dev.herald.core.app;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may do what goes beyond a client's own topics. This is the one place where it is
 * asked. Thread-safe.
 */
@FunctionalInterface
public interface Permissions {
  /** Those of a server without credentials: everybody may do everything within an app. */
  Permissions OPEN = (caller, action) -> true;

  /** Returns whether a caller may do something in its app. Does not block. */
  boolean allows(Caller caller, Action action);

  /**
   * Checks whether a caller may do something in its app.
   *
   * @throws HeraldException NOT_AUTHORIZED if it may not
   */
  default void check(Caller caller, Action action) {
    if (!allows(caller, action)) {
      throw new HeraldException(ErrorCode.NOT_AUTHORIZED, ErrorCode.NOT_AUTHORIZED.text());
    }
  }

  /** What one may need leave for. */
  enum Action {
    /** Sending a notification. */
    NOTIFY,
    /** Learning which clients of a user are online. */
    SEE_PRESENCE,
    /** Becoming another user while connected. */
    CHANGE_USER
  }

  /**
   * Who asks.
   *
   * @param appId the app
   * @param userId the user; empty for none
   * @param clientId the client identifier; null for a caller over HTTP
   */
  record Caller(String appId, String userId, @Nullable String clientId) {
    /** Returns a caller over HTTP. */
    public static Caller ofApp(String appId) {
      return new Caller(appId, "", null);
    }
  }
}
