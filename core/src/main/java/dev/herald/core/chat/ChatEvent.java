package dev.herald.core.chat;

import dev.herald.core.registry.Registry.ChatKey;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What happened to a chat, told to its participants among what is said, in the same order.
 *
 * @param kind what it was
 * @param chat the chat
 * @param seq its number: messages and events of a chat count 1, 2, 3 ... together; 0 where the
 *     owner, who numbers, is gone
 * @param timeMs when it was, milliseconds since 1970
 * @param who whom it is about, or who ended the chat; null for nobody of the chat
 * @param participants how many are in from then on
 */
public record ChatEvent(
    Kind kind, ChatKey chat, long seq, long timeMs, Seat.@Nullable Who who, int participants) {

  /** What can happen to a chat. */
  public enum Kind {
    /** Somebody joined. */
    JOINED("joined"),
    /** Somebody left. */
    LEFT("left"),
    /** Somebody's connection was lost and did not come back within the grace. */
    LOST("lost"),
    /** The chat was ended by its creator, or by an operator if it says nobody. */
    ENDED("ended"),
    /** The chat ended because nobody said anything for long. */
    IDLE("idle"),
    /** The node that owned the chat is gone, and the chat with it. */
    OWNER_LOST("ownerLost");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** Returns the word participants are told. */
    public String word() {
      return word;
    }

    /** Returns the word that metrics have for it. */
    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
