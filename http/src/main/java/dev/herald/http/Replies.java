package dev.herald.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the client of an {@link HttpConsumer} says to messages it was given, by their delivery ids.
 *
 * @param acknowledge it has consumed these
 * @param refuse others should have these
 * @param extend it needs more time for these
 */
record Replies(List<Long> acknowledge, List<Long> refuse, List<Long> extend) {
  /** How many messages one request may name. */
  static final int COUNT_MAX = 10_000;

  private static final Set<String> FIELDS = Set.of("acknowledge", "refuse", "extend");

  /**
   * Reads them.
   *
   * @param document {@code {"acknowledge":["1"],"refuse":[],"extend":["2"]}}, each field optional;
   *     nothing at all says nothing
   * @throws HeraldException MALFORMED_REQUEST or FIELD_INVALID, saying where; nothing was taken
   */
  static Replies read(byte[] document) {
    Fields fields = document.length == 0 ? Fields.NONE : Fields.read(document, FIELDS);
    Set<Long> seen = new HashSet<>();
    return new Replies(
        ids(fields, "acknowledge", seen), ids(fields, "refuse", seen), ids(fields, "extend", seen));
  }

  private static List<Long> ids(Fields fields, String name, Set<Long> seen) {
    List<String> texts = fields.texts(name);
    if (texts == null) {
      return List.of();
    }
    List<Long> ids = new ArrayList<>();
    for (String text : texts) {
      if (seen.size() == COUNT_MAX) {
        throw new HeraldException(
            ErrorCode.FIELD_INVALID, "a request may name at most " + COUNT_MAX + " messages");
      }
      Long id = Numbers.parseLong("a delivery id in " + name, text);
      if (!seen.add(id)) {
        throw new HeraldException(
            ErrorCode.FIELD_INVALID, "delivery id " + id + " is given more than once");
      }
      ids.add(id);
    }
    return ids;
  }

  /** What became of them, by delivery ids. Each list is owned by one thread after the other. */
  static final class Outcomes {
    final List<Long> acknowledged = new ArrayList<>();
    final List<Long> refused = new ArrayList<>();
    final List<Long> extended = new ArrayList<>();

    /** Of messages that are not the consumer's any more. */
    final List<Long> gone = new ArrayList<>();

    /** Of messages that the client was never given. */
    final List<Long> unknown = new ArrayList<>();

    /** Notes what became of a message, unless it was taken back before. */
    void note(Given given, List<Long> as) {
      (given.isTaken() ? gone : as).add(given.id());
    }

    byte[] encode() {
      return Json.encode(json -> {
        json.writeStartObject();
        write(json, "acknowledged", acknowledged);
        write(json, "refused", refused);
        write(json, "extended", extended);
        write(json, "gone", gone);
        write(json, "unknown", unknown);
        json.writeEndObject();
      });
    }

    private static void write(JsonGenerator json, String name, List<Long> ids) throws IOException {
      json.writeArrayFieldStart(name);
      for (Long id : ids) {
        json.writeString(id.toString());
      }
      json.writeEndArray();
    }
  }
}
