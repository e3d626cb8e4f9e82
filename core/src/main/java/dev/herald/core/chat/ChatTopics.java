package dev.herald.core.chat;

import dev.herald.core.topic.IdTopics;
import org.jspecify.annotations.Nullable;

/** The topic of a chat: {@code $chat/} and the chat's id, written as {@link IdTopics} says. */
public final class ChatTopics {
  /** What the topic of every chat starts with. */
  public static final String PREFIX = "$chat/";

  /** What follows a chat's topic in the topic whose messages end the chat. */
  public static final String END = "/end";

  private static final IdTopics TOPICS = new IdTopics(PREFIX);

  private ChatTopics() {}

  /** Returns the topic of a chat. */
  public static String topicOf(String chatId) {
    return TOPICS.topicOf(chatId);
  }

  /** Returns the chat whose topic this is, or null if it is no chat's. */
  public static @Nullable String chatIdOf(String topic) {
    return TOPICS.idOf(topic);
  }
}
