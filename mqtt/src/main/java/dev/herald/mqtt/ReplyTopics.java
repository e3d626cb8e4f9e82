package dev.herald.mqtt;

import dev.herald.core.topic.IdTopics;

/**
 * The topics a client has responses sent to (request and response, 5.0 section 4.10): every client
 * of the app may publish to them, and only the client whose identifier they name may subscribe. The
 * response information of CONNACK is the client's prefix, {@code $reply/{clientId}/}.
 */
final class ReplyTopics {
  private static final String ROOT = "$reply/";
  private static final IdTopics TOPICS = new IdTopics(ROOT);

  private ReplyTopics() {}

  /** Returns whether a topic name or filter is one of some client's. */
  static boolean isOne(String topic) {
    return topic.startsWith(ROOT);
  }

  /**
   * Returns what a client's own topics begin with, its identifier written as {@link IdTopics} says:
   * {@code a/b} is {@code a%2Fb}.
   */
  static String prefixOf(String clientId) {
    return TOPICS.topicOf(clientId) + '/';
  }
}
