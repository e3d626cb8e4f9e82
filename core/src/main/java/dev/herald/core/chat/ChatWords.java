package dev.herald.core.chat;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.MessageProperties.PayloadFormat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Makes the messages that participants get: what is said, marked with who says it and its number;
 * and what happens, as a JSON document that nobody else can send. Immutable.
 */
final class ChatWords {
  /** How the payload of an event begins, and no participant's may. */
  static final String EVENT_START = "{\"$chat\":";

  private static final byte[] EVENT_BYTES = EVENT_START.getBytes(StandardCharsets.US_ASCII);

  /** User properties that only the server gives. */
  private static final Set<String> OWN = Set.of("from", "user", "seq", "event");

  private final Function<ChatEvent, byte[]> eventJson;

  ChatWords(Function<ChatEvent, byte[]> eventJson) {
    this.eventJson = eventJson;
  }

  /**
   * Checks what a participant wants to say.
   *
   * @throws HeraldException FIELD_INVALID if it looks like an event
   */
  static void checkNoEvent(byte[] payload) {
    if (payload.length >= EVENT_BYTES.length
        && Arrays.equals(payload, 0, EVENT_BYTES.length, EVENT_BYTES, 0, EVENT_BYTES.length)) {
      throw new HeraldException(
          ErrorCode.FIELD_INVALID, "only the server's events begin with " + EVENT_START);
    }
  }

  /** Returns what somebody says as the participants get it. */
  Message said(long seq, Seat.Who who, Message draft) {
    MessageProperties given = draft.properties();
    List<String> user = new ArrayList<>(given.userProperties().size() + 6);
    for (int i = 0; i + 1 < given.userProperties().size(); i += 2) {
      if (!OWN.contains(given.userProperties().get(i))) {
        user.addAll(given.userProperties().subList(i, i + 2));
      }
    }
    if (!who.clientId().isEmpty()) {
      add(user, "from", who.clientId());
    }
    if (!who.userId().isEmpty()) {
      add(user, "user", who.userId());
    }
    add(user, "seq", Long.toString(seq));
    return new Message(
        draft.topic(),
        draft.payload(),
        draft.qos(),
        false,
        new MessageProperties(
            given.payloadFormat(),
            given.contentType(),
            given.responseTopic(),
            given.correlationData(),
            List.copyOf(user)),
        draft.expiresAtMs(),
        draft.origin());
  }

  /** Returns an event as the participants get it. */
  Message happened(ChatEvent event) {
    List<String> user = new ArrayList<>(4);
    add(user, "event", event.kind().word());
    add(user, "seq", Long.toString(event.seq()));
    byte[] payload = eventJson.apply(event);
    return new Message(
        ChatTopics.topicOf(event.chat().chatId()),
        payload,
        1,
        false,
        new MessageProperties(
            PayloadFormat.UTF8, "application/json", null, null, List.copyOf(user)),
        Message.NEVER,
        event);
  }

  private static void add(List<String> properties, String name, String value) {
    properties.add(name);
    properties.add(value);
  }
}
