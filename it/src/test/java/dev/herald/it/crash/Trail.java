package dev.herald.it.crash;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** The events of one group as somebody saw them, from 1 on. Owned by who sees them. */
final class Trail {
  private final List<Event> events = new ArrayList<>();

  /**
   * What is to be the same for everybody.
   *
   * @param created whether a message was created, and not recalled
   * @param messageId its id
   * @param content its content, shortened to a tag and a hash
   */
  record Event(boolean created, String messageId, String content) {
    static Event of(boolean created, JsonNode message) {
      return new Event(
          created, message.path("messageId").asText(), digest(message.path("content").asText()));
    }

    /** Returns a content in few characters that differ when it does. */
    static String digest(String content) {
      return content.isEmpty()
          ? ""
          : Sent.tag(content) + '#' + content.length() + '#' + content.hashCode();
    }

    /** Returns whether it is what history has, where a recalled message has no content. */
    boolean isSameAs(Event inHistory) {
      return created == inHistory.created
          && messageId.equals(inHistory.messageId)
          && (content.equals(inHistory.content) || inHistory.content.isEmpty());
    }
  }

  /** Returns the number of the last event. */
  long last() {
    return events.size();
  }

  /** Returns the event of a number. */
  Event get(long seq) {
    return events.get(Math.toIntExact(seq - 1));
  }

  /** Adds the next event. */
  void add(Event event) {
    events.add(event);
  }
}
