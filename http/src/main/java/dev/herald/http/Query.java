package dev.herald.http;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupLimits;
import dev.herald.core.store.History.Cursor;
import dev.herald.core.store.History.TimeRange;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a request's query. A name given twice is refused when it is asked for;
 * parameters nobody asks for are ignored.
 */
final class Query {
  private final Map<String, String> encodedByName = new HashMap<>();
  private final Map<String, Integer> times = new HashMap<>();

  /**
   * Splits a query; values are decoded when asked for.
   *
   * @param raw what follows {@code ?} in the URL, as it was sent, or null
   */
  Query(@Nullable String raw) {
    if (raw == null) {
      return;
    }
    for (String pair : raw.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      String key = Text.percentDecoded("a parameter's name", name, true);
      encodedByName.put(key, equals < 0 ? "" : pair.substring(equals + 1));
      times.merge(key, 1, Integer::sum);
    }
  }

  /**
   * Returns a parameter as it was sent, or null if it is missing.
   *
   * @throws HeraldException FIELD_INVALID if it was given more than once
   */
  @Nullable String encoded(String name) {
    if (times.getOrDefault(name, 0) > 1) {
      throw new HeraldException(ErrorCode.FIELD_INVALID, name + " is given more than once");
    }
    return encodedByName.get(name);
  }

  /**
   * Returns a parameter's text, or null if it is missing.
   *
   * @throws HeraldException FIELD_INVALID if given more than once, MALFORMED_REQUEST if it cannot
   *     be decoded
   */
  @Nullable String text(String name) {
    String encoded = encoded(name);
    return encoded == null ? null : Text.percentDecoded(name, encoded, true);
  }

  /**
   * Returns a parameter that is a whole number of 64 bits.
   *
   * @throws HeraldException FIELD_MISSING, FIELD_INVALID or MALFORMED_REQUEST, naming it
   */
  long number(String name) {
    String text = text(name);
    if (text == null || text.isEmpty()) {
      throw new HeraldException(ErrorCode.FIELD_MISSING, name + " is missing");
    }
    return Numbers.parseLong(name, text);
  }

  /**
   * Returns a parameter that is a whole number of 64 bits, or another number if it is missing.
   *
   * @throws HeraldException FIELD_INVALID or MALFORMED_REQUEST, naming it
   */
  long number(String name, long otherwise) {
    String text = text(name);
    return text == null || text.isEmpty() ? otherwise : Numbers.parseLong(name, text);
  }

  /**
   * Returns a parameter that is a whole number of a range, or another number if it is missing.
   *
   * @throws HeraldException FIELD_INVALID or MALFORMED_REQUEST, naming it
   */
  int between(String name, int otherwise, int min, int max) {
    long number = number(name, otherwise);
    if (number < min || number > max) {
      throw new HeraldException(
          ErrorCode.FIELD_INVALID, name + " must be " + min + " to " + max + ", it is " + number);
    }
    return (int) number;
  }

  /** Returns how many entries a page may have, {@code limit}; throws as {@link #between} does. */
  int limit(int otherwise) {
    return between("limit", otherwise, 1, GroupLimits.PAGE_SIZE_MAX);
  }

  /** Returns the create times that count, {@code startTime} and {@code endTime}. */
  TimeRange timeRange() {
    return new TimeRange(number("startTime"), number("endTime"));
  }

  /** Returns {@code pageSize}, whatever number it is. */
  int pageSize() {
    return Math.clamp(number("pageSize"), Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  /**
   * Returns the place after or before which a page begins, a cursor that this server gave out; or
   * null if it is missing.
   *
   * @throws HeraldException FIELD_INVALID or MALFORMED_REQUEST, naming it
   */
  @Nullable Cursor cursor(String name) {
    String cursor = text(name);
    return cursor == null || cursor.isEmpty() ? null : Cursors.read(name, cursor);
  }
}
