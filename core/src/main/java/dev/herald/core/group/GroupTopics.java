package dev.herald.core.group;

import dev.herald.core.topic.IdTopics;
import org.jspecify.annotations.Nullable;

/** The topic of a group: {@code $group/} and the group's id, written as {@link IdTopics} says. */
public final class GroupTopics {
  /** What the topic of every group starts with. */
  public static final String PREFIX = "$group/";

  /** The filter that matches every group of an app; for the server's own subscribers. */
  public static final String ALL = PREFIX + '+';

  private static final IdTopics TOPICS = new IdTopics(PREFIX);

  private GroupTopics() {}

  /** Returns the topic of a group. */
  public static String topicOf(String groupId) {
    return TOPICS.topicOf(groupId);
  }

  /** Returns the group whose topic this is, or null if it is no group's. */
  public static @Nullable String groupIdOf(String topic) {
    return TOPICS.idOf(topic);
  }
}
