package dev.herald.core.consumer;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.topic.Topics;

/**
 * The filter of a shared subscription, {@code $share/{group}/{filter}} (MQTT 5.0 section 4.8.2). It
 * names one consumer group: the same group name with another filter is another group.
 *
 * @param text the whole filter
 * @param group the group's name: at least one character, no {@code /}, {@code +} or {@code #}
 * @param filter the topic filter whose messages the group takes
 */
public record SharedFilter(String text, String group, String filter) {
  private static final String PREFIX = "$share/";

  /** Returns whether a filter asks for a shared subscription, be it a valid one or not. */
  public static boolean isShared(String text) {
    return text.startsWith(PREFIX);
  }

  /**
   * Takes a shared filter apart [MQTT-4.8.2-1] [MQTT-4.8.2-2].
   *
   * @param text starts with {@code $share/}
   * @throws HeraldException TOPIC_FILTER_INVALID, saying why
   */
  public static SharedFilter of(String text) {
    int end = text.indexOf('/', PREFIX.length());
    if (!isShared(text) || end < 0) {
      throw invalid("it must be $share/{group}/{filter}");
    }
    String group = text.substring(PREFIX.length(), end);
    if (group.isEmpty()) {
      throw invalid("the group has no name");
    }
    if (Topics.hasWildcard(group)) {
      throw invalid("the group's name has a wildcard");
    }
    Topics.checkFilter(text);
    return new SharedFilter(text, group, Topics.checkFilter(text.substring(end + 1)));
  }

  private static HeraldException invalid(String reason) {
    return new HeraldException(
        ErrorCode.TOPIC_FILTER_INVALID, "the shared topic filter is not valid: " + reason);
  }
}
