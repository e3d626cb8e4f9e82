package dev.herald.it.crash;

import org.jspecify.annotations.Nullable;

/** A message that a client sent, and what it was told of it. Owned by that client. */
final class Sent {
  final String group;
  final String user;

  /** Different from every other message's, to its first space. */
  final String content;

  final @Nullable String clientMessageId;

  /** Whether the server said that it is kept. */
  boolean kept;

  /** Why the server refused it, null if it did not. */
  @Nullable String refused;

  /** Its id, if that was told. */
  @Nullable String messageId;

  /** Its number in the group, 0 if that was not told. */
  long seq;

  /** Why it was to be recalled, null if it was not. */
  @Nullable String cause;

  /** Whether the server said that it is recalled. */
  boolean recalled;

  Sent(String group, String user, String content, @Nullable String clientMessageId) {
    this.group = group;
    this.user = user;
    this.content = content;
    this.clientMessageId = clientMessageId;
  }

  /** Returns the beginning of a content, which is no other message's. */
  static String tag(String content) {
    int space = content.indexOf(' ');
    return space < 0 ? content : content.substring(0, space);
  }

  @Override
  public String toString() {
    return tag(content)
        + " of group "
        + group
        + (messageId == null ? "" : ", id " + messageId)
        + (seq == 0 ? "" : ", seq " + seq)
        + (clientMessageId == null ? "" : ", clientMessageId " + clientMessageId);
  }
}
