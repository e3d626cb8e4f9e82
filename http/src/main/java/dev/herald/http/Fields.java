package dev.herald.http;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a JSON object that a caller sent. Fields nobody asks for are ignored; one that is
 * known must have its type and may be there once. Null is the same as missing. Errors name a field
 * of an object inside by its path, {@code targets[0].users}.
 */
final class Fields {
  /** No fields. */
  static final Fields NONE = new Fields("");

  private final Map<String, Field> byName = new HashMap<>();

  /** What the names of fields begin with in errors. */
  private final String path;

  private Fields(String path) {
    this.path = path;
  }

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
      Fields fields = new Fields("");
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new HeraldException(ErrorCode.MALFORMED_REQUEST, "a JSON object is expected");
      }
      fields.read(json, known);
      if (json.nextToken() != null) {
        throw new HeraldException(
            ErrorCode.MALFORMED_REQUEST, "nothing may follow the JSON object");
      }
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
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      JsonToken type = json.nextToken();
      if (!known.contains(name)) {
        json.skipChildren();
        continue;
      }
      if (byName.put(name, value(json, type, path + name, known)) != null) {
        throw new HeraldException(
            ErrorCode.FIELD_INVALID, path + name + " is given more than once");
      }
    }
  }

  private static Field value(JsonParser json, JsonToken type, String at, Set<String> known)
      throws IOException {
    return switch (type) {
      case START_OBJECT -> {
        Fields inside = new Fields(at + '.');
        inside.read(json, known);
        yield new Field(type, "", List.of(), inside);
      }
      case START_ARRAY -> new Field(type, "", items(json, at, known), NONE);
      default -> new Field(type, json.getText(), List.of(), NONE);
    };
  }

  private static List<Field> items(JsonParser json, String at, Set<String> known)
      throws IOException {
    List<Field> items = new ArrayList<>();
    for (JsonToken item = json.nextToken(); item != JsonToken.END_ARRAY; item = json.nextToken()) {
      items.add(value(json, item, at + '[' + items.size() + ']', known));
    }
    return items;
  }

  /** Returns whether a field is there, whatever its type. */
  boolean has(String name) {
    Field field = byName.get(name);
    return field != null && field.type != JsonToken.VALUE_NULL;
  }

  /** Returns whether a field is there, be it null. */
  boolean isGiven(String name) {
    return byName.containsKey(name);
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
          throw new HeraldException(
              ErrorCode.FIELD_INVALID, path + name + " must be a JSON string");
    };
  }

  /**
   * Returns a whole number of 32 bits, given as a number or as a string; or null if it is missing.
   *
   * @throws HeraldException FIELD_INVALID if it is something else
   */
  @Nullable Integer integer(String name) {
    String digits = digits(name);
    return digits == null ? null : (Integer) Numbers.parseInt(path + name, digits);
  }

  /**
   * Returns a whole number of 64 bits, given as a number or as a string.
   *
   * @throws HeraldException FIELD_MISSING, or FIELD_INVALID if it is something else
   */
  long number(String name) {
    String digits = digits(name);
    if (digits == null) {
      throw new HeraldException(ErrorCode.FIELD_MISSING, path + name + " is missing");
    }
    return Numbers.parseLong(path + name, digits);
  }

  private @Nullable String digits(String name) {
    Field field = byName.getOrDefault(name, Field.MISSING);
    return switch (field.type) {
      case VALUE_NUMBER_INT, VALUE_STRING -> field.value;
      case VALUE_NULL -> null;
      default ->
          throw new HeraldException(ErrorCode.FIELD_INVALID, path + name + " must be an integer");
    };
  }

  /**
   * Returns whether a field is true; false if it is missing.
   *
   * @throws HeraldException FIELD_INVALID if it is neither true nor false
   */
  boolean isTrue(String name) {
    return switch (byName.getOrDefault(name, Field.MISSING).type) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE, VALUE_NULL -> false;
      default ->
          throw new HeraldException(
              ErrorCode.FIELD_INVALID, path + name + " must be true or false");
    };
  }

  /**
   * Returns an array of texts, or null if it is missing.
   *
   * @throws HeraldException FIELD_INVALID if it is no array, or has something else
   */
  @Nullable List<String> texts(String name) {
    Field field = byName.getOrDefault(name, Field.MISSING);
    if (field.type == JsonToken.VALUE_NULL) {
      return null;
    }
    if (field.type != JsonToken.START_ARRAY
        || !field.items.stream().allMatch(item -> item.type == JsonToken.VALUE_STRING)) {
      throw new HeraldException(
          ErrorCode.FIELD_INVALID, path + name + " must be an array of JSON strings");
    }
    return field.items.stream().map(Field::value).toList();
  }

  /**
   * Returns an object, without fields if it is missing.
   *
   * @throws HeraldException FIELD_INVALID if it is no object
   */
  Fields object(String name) {
    Field field = byName.getOrDefault(name, Field.MISSING);
    return switch (field.type) {
      case START_OBJECT -> field.inside;
      case VALUE_NULL -> NONE;
      default ->
          throw new HeraldException(
              ErrorCode.FIELD_INVALID, path + name + " must be a JSON object");
    };
  }

  /**
   * Returns an array of objects, empty if it is missing.
   *
   * @throws HeraldException FIELD_INVALID if it is no array, or has something else
   */
  List<Fields> objects(String name) {
    Field field = byName.getOrDefault(name, Field.MISSING);
    if (field.type == JsonToken.VALUE_NULL) {
      return List.of();
    }
    if (field.type != JsonToken.START_ARRAY
        || !field.items.stream().allMatch(item -> item.type == JsonToken.START_OBJECT)) {
      throw new HeraldException(
          ErrorCode.FIELD_INVALID, path + name + " must be an array of JSON objects");
    }
    return field.items.stream().map(Field::inside).toList();
  }

  /** Returns a field's name as it stands in errors. */
  String nameOf(String name) {
    return path + name;
  }

  /**
   * A field as it was sent.
   *
   * @param type what it is
   * @param value its text if it is a scalar
   * @param items what it has if it is an array
   * @param inside its fields if it is an object
   */
  private record Field(JsonToken type, String value, List<Field> items, Fields inside) {
    static final Field MISSING = new Field(JsonToken.VALUE_NULL, "", List.of(), NONE);
  }
}
