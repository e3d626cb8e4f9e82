package dev.herald.core.topic;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The topics of things that have an id: a prefix and the id, in which {@code %}, {@code /}, {@code
 * +} and {@code #} are written as {@code %25}, {@code %2F}, {@code %2B} and {@code %23} so that an
 * id is always one level.
 *
 * @param prefix what each topic starts with: whole levels, the last {@code /} included
 */
public record IdTopics(String prefix) {
  private static final String SPECIAL = "%/+#";

  /** Returns the topic of an id. */
  public String topicOf(String id) {
    StringBuilder topic = new StringBuilder(prefix.length() + id.length()).append(prefix);
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      if (SPECIAL.indexOf(c) < 0) {
        topic.append(c);
      } else {
        topic.append('%').append(Integer.toHexString(c).toUpperCase(Locale.ROOT));
      }
    }
    return topic.toString();
  }

  /** Returns the id whose topic this is, or null if it is that of none. */
  public @Nullable String idOf(String topic) {
    if (!topic.startsWith(prefix) || topic.length() == prefix.length()) {
      return null;
    }
    StringBuilder id = new StringBuilder();
    for (int i = prefix.length(); i < topic.length(); i++) {
      char c = topic.charAt(i);
      if (c == '%' && i + 2 < topic.length()) {
        int special = "%25%2F%2B%23".indexOf(topic.substring(i, i + 3));
        if (special % 3 != 0) {
          return null;
        }
        id.append(SPECIAL.charAt(special / 3));
        i += 2;
      } else if (SPECIAL.indexOf(c) >= 0) {
        return null;
      } else {
        id.append(c);
      }
    }
    return topicOf(id.toString()).equals(topic) ? id.toString() : null;
  }
}
