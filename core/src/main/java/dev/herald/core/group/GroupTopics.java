package dev.herald.core.group;

import org.jspecify.annotations.Nullable;

/**
 * The topic of a group: {@code $group/} and the group's id, in which {@code %}, {@code /}, {@code
 * +} and {@code #} are written as {@code %25}, {@code %2F}, {@code %2B} and {@code %23} so that an
 * id is always one level.
 */
public final class GroupTopics {
  /** What the topic of every group starts with. */
  public static final String PREFIX = "$group/";

  /** The filter that matches every group of an app; for the server's own subscribers. */
  public static final String ALL = PREFIX + '+';

  private static final String SPECIAL = "%/+#";

  private GroupTopics() {}

  /** Returns the topic of a group. */
  public static String topicOf(String groupId) {
    StringBuilder topic = new StringBuilder(PREFIX.length() + groupId.length()).append(PREFIX);
    for (int i = 0; i < groupId.length(); i++) {
      char c = groupId.charAt(i);
      if (SPECIAL.indexOf(c) < 0) {
        topic.append(c);
      } else {
        topic.append('%').append(Integer.toHexString(c).toUpperCase(java.util.Locale.ROOT));
      }
    }
    return topic.toString();
  }

  /** Returns the group whose topic this is, or null if it is no group's. */
  public static @Nullable String groupIdOf(String topic) {
    if (!topic.startsWith(PREFIX) || topic.length() == PREFIX.length()) {
      return null;
    }
    StringBuilder groupId = new StringBuilder();
    for (int i = PREFIX.length(); i < topic.length(); i++) {
      char c = topic.charAt(i);
      if (c == '%' && i + 2 < topic.length()) {
        int special = "%25%2F%2B%23".indexOf(topic.substring(i, i + 3));
        if (special % 3 != 0) {
          return null;
        }
        groupId.append(SPECIAL.charAt(special / 3));
        i += 2;
      } else if (SPECIAL.indexOf(c) >= 0) {
        return null;
      } else {
        groupId.append(c);
      }
    }
    return topicOf(groupId.toString()).equals(topic) ? groupId.toString() : null;
  }
}
