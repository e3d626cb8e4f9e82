package dev.herald.http;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;

/** Reads whole numbers written in decimal: digits, and a minus sign before them if negative. */
final class Numbers {
  private Numbers() {}

  /**
   * Reads a number of 64 bits.
   *
   * @throws HeraldException FIELD_INVALID, naming the field
   */
  static long parseLong(String field, String text) {
    if (!isDecimal(text)) {
      throw new HeraldException(ErrorCode.FIELD_INVALID, field + " must be a whole number");
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new HeraldException(
          ErrorCode.FIELD_INVALID, field + " must be a number of at most 64 bits", e);
    }
  }

  /**
   * Reads a number of 32 bits.
   *
   * @throws HeraldException FIELD_INVALID, naming the field
   */
  static int parseInt(String field, String text) {
    long number = parseLong(field, text);
    if (number != (int) number) {
      throw new HeraldException(
          ErrorCode.FIELD_INVALID,
          field + " must be " + Integer.MIN_VALUE + " to " + Integer.MAX_VALUE);
    }
    return (int) number;
  }

  private static boolean isDecimal(String text) {
    int start = text.startsWith("-") ? 1 : 0;
    for (int i = start; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return text.length() > start;
  }
}
