package dev.herald.core.presence;

import dev.herald.core.bus.BusMessage;
import dev.herald.core.client.UserPresence;

/** What nodes say to each other about presence, beside its changes. Immutable. */
sealed interface PresenceMessage extends BusMessage {
  /**
   * A node wants changes of presence of an app to be told, or wants them no longer.
   *
   * @param node the node
   * @param wanted whether it has somebody to tell
   */
  record Interest(String appId, String node, boolean wanted) implements PresenceMessage {}

  /**
   * A node asks who of a user is online.
   *
   * @param node the node
   * @param question its number, unlike that of any other
   * @param userId the user
   */
  record Asked(String appId, String node, long question, String userId)
      implements PresenceMessage {}

  /**
   * A node answers.
   *
   * @param question the number of the question
   * @param node the node that answers
   * @param presence the user's clients there
   */
  record Told(String appId, long question, String node, UserPresence presence)
      implements PresenceMessage {}
}
