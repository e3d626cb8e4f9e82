package dev.herald.core.topic;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import org.jspecify.annotations.Nullable;

/** The rules of topic names and filters (MQTT 5.0 section 4.7), and the match between them. */
public final class Topics {
  /**
   * The greatest number of levels of a topic name or filter. MQTT knows no such bound; it is far
   * beyond what topics have, and the tree of filters may walk as deep on one stack.
   */
  public static final int LEVELS_MAX = 1024;

  /** The greatest size of a topic name or filter, in bytes of UTF-8 [MQTT-4.7.3-3]. */
  public static final int BYTES_MAX = 65_535;

  private Topics() {}

  /**
   * Checks the name of a topic to publish to: at least one character, at most {@link #BYTES_MAX}
   * bytes of well-formed UTF-8, no wildcard, no NUL [MQTT-3.3.2-2] [MQTT-4.7.3-1] [MQTT-4.7.3-2]
   * [MQTT-4.7.3-3] [MQTT-1.5.4-1].
   *
   * @return the name
   * @throws HeraldException TOPIC_NAME_INVALID, saying why
   */
  public static String checkName(String name) {
    if (name.isEmpty()) {
      throw invalidName("it is empty");
    }
    int levels = 1;
    for (int i = 0; i < name.length(); i++) {
      switch (name.charAt(i)) {
        case '+', '#' -> throw invalidName("it contains a wildcard");
        case '\0' -> throw invalidName("it contains NUL");
        case '/' -> levels++;
        default -> {}
      }
    }
    if (levels > LEVELS_MAX) {
      throw invalidName("it has more than " + LEVELS_MAX + " levels");
    }
    String fault = encodingFault(name);
    if (fault != null) {
      throw invalidName(fault);
    }
    return name;
  }

  /**
   * Checks a topic filter: at least one character, at most {@link #BYTES_MAX} bytes of well-formed
   * UTF-8, {@code #} alone in the last level [MQTT-4.7.1-1], {@code +} alone in its level
   * [MQTT-4.7.1-2].
   *
   * @return the filter
   * @throws HeraldException TOPIC_FILTER_INVALID, saying why
   */
  public static String checkFilter(String filter) {
    if (filter.isEmpty()) {
      throw invalidFilter("it is empty");
    }
    int levels = 1;
    int last = filter.length() - 1;
    for (int i = 0; i <= last; i++) {
      char c = filter.charAt(i);
      boolean startsLevel = i == 0 || filter.charAt(i - 1) == '/';
      if (c == '/') {
        levels++;
      } else if (c == '\0') {
        throw invalidFilter("it contains NUL");
      } else if (c == '#' && !(startsLevel && i == last)) {
        throw invalidFilter("'#' must be the whole last level");
      } else if (c == '+' && !(startsLevel && (i == last || filter.charAt(i + 1) == '/'))) {
        throw invalidFilter("'+' must be a whole level");
      }
    }
    if (levels > LEVELS_MAX) {
      throw invalidFilter("it has more than " + LEVELS_MAX + " levels");
    }
    String fault = encodingFault(filter);
    if (fault != null) {
      throw invalidFilter(fault);
    }
    return filter;
  }

  /** Returns how many levels a topic name or filter has, at least 1. */
  public static int levels(String topic) {
    int levels = 1;
    for (int at = topic.indexOf('/'); at >= 0; at = topic.indexOf('/', at + 1)) {
      levels++;
    }
    return levels;
  }

  /** Returns whether a valid filter has a wildcard. */
  public static boolean hasWildcard(String filter) {
    return filter.indexOf('+') >= 0 || filter.indexOf('#') >= 0;
  }

  /**
   * Returns whether a valid filter matches a valid topic name, level by level; a wildcard in the
   * first level does not match a name that starts with {@code $} [MQTT-4.7.2-1].
   */
  public static boolean matches(String filter, String name) {
    if (name.charAt(0) == '$' && filter.charAt(0) != '$') {
      return false;
    }
    int f = 0;
    int n = 0;
    while (true) {
      int filterEnd = levelEnd(filter, f);
      if (isLevel(filter, f, filterEnd, '#')) {
        return true;
      }
      int nameEnd = levelEnd(name, n);
      if (!isLevel(filter, f, filterEnd, '+')
          && !(filterEnd - f == nameEnd - n && filter.regionMatches(f, name, n, nameEnd - n))) {
        return false;
      }
      boolean filterDone = filterEnd == filter.length();
      boolean nameDone = nameEnd == name.length();
      if (nameDone) {
        // "a/#" matches "a" as well: '#' includes the parent level
        return filterDone || (filter.length() == filterEnd + 2 && filter.endsWith("/#"));
      }
      if (filterDone) {
        return false;
      }
      f = filterEnd + 1;
      n = nameEnd + 1;
    }
  }

  /** Returns why a text cannot be sent as a UTF-8 string of MQTT, or null. */
  private static @Nullable String encodingFault(String text) {
    int bytes = text.length();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        continue;
      }
      if (!Character.isSurrogate(c)) {
        bytes += c < 0x800 ? 1 : 2;
      } else if (i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1))) {
        bytes += 2;
        i++;
      } else {
        return "it is not well-formed Unicode text";
      }
    }
    return bytes > BYTES_MAX ? "it has more than " + BYTES_MAX + " bytes" : null;
  }

  private static boolean isLevel(String filter, int start, int end, char wildcard) {
    return end - start == 1 && filter.charAt(start) == wildcard;
  }

  private static int levelEnd(String text, int start) {
    int end = text.indexOf('/', start);
    return end < 0 ? text.length() : end;
  }

  private static HeraldException invalidName(String reason) {
    return new HeraldException(
        ErrorCode.TOPIC_NAME_INVALID, "the topic name is not valid: " + reason);
  }

  private static HeraldException invalidFilter(String reason) {
    return new HeraldException(
        ErrorCode.TOPIC_FILTER_INVALID, "the topic filter is not valid: " + reason);
  }
}
