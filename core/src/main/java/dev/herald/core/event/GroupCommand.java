package dev.herald.core.event;

import org.jspecify.annotations.Nullable;

/**
 * A validated wish to change a group; the journal keeps it, the applier makes it an event.
 * Immutable.
 */
public sealed interface GroupCommand {
  /**
   * Returns the group it is for. Commands of one group are applied in the order they were appended.
   */
  GroupKey key();

  /**
   * Creates a message.
   *
   * @param messageId the id it will have
   * @param key the app and group
   * @param userId who writes
   * @param content what is said, at most {@link GroupLimits#CONTENT_BYTES_MAX} bytes of UTF-8
   * @param type the application's own integer, or null
   * @param clientMessageId the writer's own id: a second create of this user of this app with the
   *     same one gets the first one's message and makes no other; or null
   */
  record Create(
      long messageId,
      GroupKey key,
      String userId,
      String content,
      @Nullable Integer type,
      @Nullable String clientMessageId)
      implements GroupCommand {}

  /**
   * What became of a command.
   *
   * @param message the message it created, or the one a first try created before
   * @param repeated whether it was a retry, so that nothing new was made
   */
  record Outcome(GroupMessage message, boolean repeated) {}
}
