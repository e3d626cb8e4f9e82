package dev.herald.core.client;

import dev.herald.core.topic.IdTopics;
import org.jspecify.annotations.Nullable;

/** The topics of notifications and presence. */
public final class ClientTopics {
  /** Notifications: who subscribes gets those that are for it, a publish sends one. */
  public static final String NOTIFY = "$notify";

  /** A client publishes here what it is. */
  public static final String ME = "$me";

  /** What the topic of every user's presence starts with. */
  public static final String PRESENCE = "$presence/";

  private static final IdTopics USERS = new IdTopics(PRESENCE);

  private ClientTopics() {}

  /** Returns the topic of a user's presence. */
  public static String presenceOf(String userId) {
    return USERS.topicOf(userId);
  }

  /** Returns the user whose presence a topic tells, or null if it is none's. */
  public static @Nullable String userOf(String topic) {
    return USERS.idOf(topic);
  }
}
