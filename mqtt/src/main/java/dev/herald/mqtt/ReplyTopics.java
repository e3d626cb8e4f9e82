package dev.herald.mqtt;

/**
 * The topics a client has responses sent to (request and response, 5.0 section 4.10): every client
 * of the app may publish to them, and only the client whose identifier they name may subscribe. The
 * response information of CONNACK is the client's prefix, {@code $reply/{clientId}/}.
 */
final class ReplyTopics {
  private static final String ROOT = "$reply/";

  private ReplyTopics() {}

  /** Returns whether a topic name or filter is one of some client's. */
  static boolean isOne(String topic) {
    return topic.startsWith(ROOT);
  }

  /**
   * Returns what a client's own topics begin with. What would be more than a part of one level is
   * written as in a URL: {@code a/b} is {@code a%2Fb}.
   */
  static String prefixOf(String clientId) {
    StringBuilder prefix = new StringBuilder(ROOT);
    for (int i = 0; i < clientId.length(); i++) {
      char c = clientId.charAt(i);
      switch (c) {
        case '%' -> prefix.append("%25");
        case '/' -> prefix.append("%2F");
        case '+' -> prefix.append("%2B");
        case '#' -> prefix.append("%23");
        default -> prefix.append(c);
      }
    }
    return prefix.append('/').toString();
  }
}
