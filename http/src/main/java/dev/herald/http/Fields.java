package dev.herald.http;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a JSON object that a caller sent. Fields nobody asks for are ignored; one that is
 * known must have its type and may be there once. Null is the same as missing.
 */
final class Fields {
  /** No fields. */
  static final Fields NONE = new Fields();

  private final Map<String, Field> byName = new HashMap<>();

  private Fields() {}

  /**
   * Reads an object.
   *
   * @param document the bytes that were sent
   * @param known the fields that may be asked for
   * @throws HeraldException MALFORMED_REQUEST if it is no JSON object in UTF-8, FIELD_INVALID
   *     naming a known field that is there twice
   */
  static Fields read(byte[] document, Set<String> known) {
    String text = Text.utf8("the JSON", document);
    try (JsonParser json = Json.FACTORY.createParser(text)) {
      Fields fields = new Fields();
      fields.read(json, known);
      return fields;
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

  private void read(JsonParser json, Set<String> known) throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw new HeraldException(ErrorCode.MALFORMED_REQUEST, "a JSON object is expected");
    }
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      JsonToken type = json.nextToken();
      if (!known.contains(name)) {
        json.skipChildren();
        continue;
      }
      String value = type.isScalarValue() ? json.getText() : "";
      if (byName.put(name, new Field(type, value)) != null) {
        throw new HeraldException(ErrorCode.FIELD_INVALID, name + " is given more than once");
      }
      json.skipChildren();
    }
    if (json.nextToken() != null) {
      throw new HeraldException(ErrorCode.MALFORMED_REQUEST, "nothing may follow the JSON object");
    }
  }

  /** Returns whether a field is there, whatever its type. */
  boolean has(String name) {
    Field field = byName.get(name);
    return field != null && field.type != JsonToken.VALUE_NULL;
  }

  /**
   * Returns a text, or null if it is missing.
   *
   * @throws HeraldException FIELD_INVALID if it is no string
   */
  @Nullable String text(String name) {
    Field field = byName.getOrDefault(name, Field.MISSING);
    return switch (field.type) {
      case VALUE_STRING -> field.value;
      case VALUE_NULL -> null;
      default ->
          throw new HeraldException(ErrorCode.FIELD_INVALID, name + " must be a JSON string");
    };
  }

  /**
   * Returns a whole number of 32 bits, given as a number or as a string; or null if it is missing.
   *
   * @throws HeraldException FIELD_INVALID if it is something else
   */
  @Nullable Integer integer(String name) {
    String digits = digits(name);
    return digits == null ? null : (Integer) Numbers.parseInt(name, digits);
  }

  /**
   * Returns a whole number of 64 bits, given as a number or as a string.
   *
   * @throws HeraldException FIELD_MISSING, or FIELD_INVALID if it is something else
   */
  long number(String name) {
    String digits = digits(name);
    if (digits == null) {
      throw new HeraldException(ErrorCode.FIELD_MISSING, name + " is missing");
    }
    return Numbers.parseLong(name, digits);
  }

  private @Nullable String digits(String name) {
    Field field = byName.getOrDefault(name, Field.MISSING);
    return switch (field.type) {
      case VALUE_NUMBER_INT, VALUE_STRING -> field.value;
      case VALUE_NULL -> null;
      default -> throw new HeraldException(ErrorCode.FIELD_INVALID, name + " must be an integer");
    };
  }

  /**
   * A field as it was sent.
   *
   * @param type what it is
   * @param value its text if it is a scalar
   */
  private record Field(JsonToken type, String value) {
    static final Field MISSING = new Field(JsonToken.VALUE_NULL, "");
  }
}
