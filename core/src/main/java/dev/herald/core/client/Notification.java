package dev.herald.core.client;

import dev.herald.core.bus.BusMessage;
import dev.herald.core.route.Message;
import java.util.List;

/**
 * A push to the clients that any of its targets matches. Immutable.
 *
 * @param appId its app
 * @param id its number, unlike that of any other
 * @param targets whom it is for, one or more
 * @param message what they get
 * @param untilMs until when clients that connect get it too, milliseconds since 1970; 0 for those
 *     only that are connected
 */
public record Notification(
    String appId, long id, List<Target> targets, Message message, long untilMs)
    implements BusMessage {

  /** Makes an immutable notification. */
  public Notification {
    targets = List.copyOf(targets);
  }

  /** Returns whether it waits for clients to come. */
  public boolean waits() {
    return untilMs > 0;
  }

  /** Returns whether any target matches a client that registered this. */
  public boolean matches(Registration client) {
    for (int i = 0; i < targets.size(); i++) {
      if (targets.get(i).matches(client)) {
        return true;
      }
    }
    return false;
  }
}
