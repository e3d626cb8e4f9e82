package dev.herald.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.store.History.Cursor;
import java.nio.ByteBuffer;
import java.util.Base64;

/** Makes places in a list texts that clients hand back and need not understand. */
final class Cursors {
  private static final int BYTES = 2 * Long.BYTES;

  private static final String NOT_GIVEN_OUT = " is no cursor of this server";

  private Cursors() {}

  /** Returns the cursor of a place. */
  static String of(Cursor cursor) {
    byte[] bytes = ByteBuffer.allocate(BYTES).putLong(cursor.timeMs()).putLong(cursor.id()).array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * Returns the place of a cursor.
   *
   * @param name what it is called, for the error
   * @throws HeraldException FIELD_INVALID if it is none
   */
  static Cursor read(String name, String cursor) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(cursor));
      if (bytes.remaining() == BYTES) {
        return new Cursor(bytes.getLong(), bytes.getLong());
      }
    } catch (IllegalArgumentException e) {
      throw new HeraldException(ErrorCode.FIELD_INVALID, name + NOT_GIVEN_OUT, e);
    }
    throw new HeraldException(ErrorCode.FIELD_INVALID, name + NOT_GIVEN_OUT);
  }

  /** Returns the cursor of a place in a list that is ordered by ids. */
  static String ofId(String id) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(id.getBytes(UTF_8));
  }

  /**
   * Returns the id of a cursor.
   *
   * @param name what it is called, for the error
   * @throws HeraldException FIELD_INVALID if it is none
   */
  static String readId(String name, String cursor) {
    try {
      return Text.utf8(name, Base64.getUrlDecoder().decode(cursor));
    } catch (IllegalArgumentException | HeraldException e) {
      throw new HeraldException(ErrorCode.FIELD_INVALID, name + NOT_GIVEN_OUT, e);
    }
  }
}
