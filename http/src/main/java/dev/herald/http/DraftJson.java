package dev.herald.http;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.group.GroupCommands.Draft;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a message a caller wants to create: a JSON object in UTF-8. Fields it does not know are
 * ignored; one it knows must have its type and may be there once. Null is the same as missing.
 */
final class DraftJson {
  private final JsonParser json;
  private final Set<String> seen = new HashSet<>();
  private @Nullable String appId;
  private @Nullable String groupId;
  private @Nullable String userId;
  private @Nullable String content;
  private @Nullable String clientMessageId;
  private @Nullable Integer type;

  private DraftJson(JsonParser json) {
    this.json = json;
  }

  /**
   * Reads a draft. Lengths and missing fields are left to the command.
   *
   * @param document the bytes that were sent
   * @throws HeraldException MALFORMED_REQUEST if they are no JSON object, FIELD_INVALID naming a
   *     field of a wrong type or out of range
   */
  static Draft read(byte[] document) {
    String text = Text.utf8("the JSON", document);
    try (JsonParser json = Json.FACTORY.createParser(text)) {
      return new DraftJson(json).read();
    } catch (JsonProcessingException e) {
      throw new HeraldException(
          ErrorCode.MALFORMED_REQUEST, "the JSON cannot be read" + place(e.getLocation()), e);
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail", e);
    }
  }

  private static String place(@Nullable JsonLocation location) {
    return location == null
        ? ""
        : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
  }

  private Draft read() throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw new HeraldException(ErrorCode.MALFORMED_REQUEST, "a JSON object is expected");
    }
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      json.nextToken();
      readField(name);
    }
    if (json.nextToken() != null) {
      throw new HeraldException(ErrorCode.MALFORMED_REQUEST, "nothing may follow the JSON object");
    }
    return new Draft(appId, groupId, userId, content, type, clientMessageId);
  }

  private void readField(String name) throws IOException {
    switch (name) {
      case "appId" -> appId = text(name);
      case "groupId" -> groupId = text(name);
      case "userId" -> userId = text(name);
      case "content" -> content = text(name);
      case "clientMessageId" -> clientMessageId = text(name);
      case "type" -> type = integer(name);
      case "ack" -> checkAck(text(name));
      default -> json.skipChildren();
    }
  }

  private @Nullable String text(String name) throws IOException {
    once(name);
    return switch (json.currentToken()) {
      case VALUE_STRING -> json.getText();
      case VALUE_NULL -> null;
      default ->
          throw new HeraldException(ErrorCode.FIELD_INVALID, name + " must be a JSON string");
    };
  }

  private @Nullable Integer integer(String name) throws IOException {
    once(name);
    return switch (json.currentToken()) {
      case VALUE_NUMBER_INT, VALUE_STRING -> Numbers.parseInt(name, json.getText());
      case VALUE_NULL -> null;
      default -> throw new HeraldException(ErrorCode.FIELD_INVALID, name + " must be an integer");
    };
  }

  private void once(String name) {
    if (!seen.add(name)) {
      throw new HeraldException(ErrorCode.FIELD_INVALID, name + " is given more than once");
    }
  }

  /** A single node stores before it acknowledges, which is what either value asks for or more. */
  private static void checkAck(@Nullable String ack) {
    if (ack != null && !ack.equals("queued") && !ack.equals("stored")) {
      throw new HeraldException(ErrorCode.FIELD_INVALID, "ack must be queued or stored");
    }
  }
}
