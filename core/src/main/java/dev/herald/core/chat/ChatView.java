package dev.herald.core.chat;

import dev.herald.core.registry.Registry.ChatOwner;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is told about a chat.
 *
 * @param summary the chat in short
 * @param creator who joined first, and may end it
 * @param participants who is in, in the order they joined
 */
public record ChatView(
    Summary summary, Seat.@Nullable Who creator, List<Participant> participants) {

  /**
   * A chat in short.
   *
   * @param chatId its id
   * @param owner the node that owns it
   * @param createdMs when it began, milliseconds since 1970
   * @param activeMs when somebody last joined it or said something
   * @param seq the number of its last message or event
   * @param participants how many are in
   */
  public record Summary(
      String chatId, ChatOwner owner, long createdMs, long activeMs, long seq, int participants) {}

  /**
   * One who is in.
   *
   * @param who the client and its user
   * @param sinceMs when it joined, milliseconds since 1970
   * @param present whether it is connected; if not it is within its grace
   */
  public record Participant(Seat.Who who, long sinceMs, boolean present) {}
}
