package dev.herald.core.event;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The limits on what a group keeps, the same at every edge, and the checks that enforce them. */
public final class GroupLimits {
  /**
   * The greatest length of an app, group, user or client message id, in characters (Unicode code
   * points).
   */
  public static final int ID_CHARACTERS_MAX = 127;

  /** The greatest size of a message's content, in bytes of UTF-8. */
  public static final int CONTENT_BYTES_MAX = 65_535;

  /** The greatest length of a notice's title, in characters (Unicode code points). */
  public static final int TITLE_CHARACTERS_MAX = 255;

  /** The greatest length of the cause of a recall, in characters (Unicode code points). */
  public static final int CAUSE_CHARACTERS_MAX = 255;

  /** The greatest size of a page, in entries. */
  public static final int PAGE_SIZE_MAX = 1000;

  private GroupLimits() {}

  /**
   * Checks an id: 1 to {@link #ID_CHARACTERS_MAX} characters, none of them NUL or half of a
   * surrogate pair.
   *
   * @param field the field's name, for the error
   * @param id the value, null if missing
   * @return the id
   * @throws HeraldException FIELD_MISSING or FIELD_INVALID, naming the field
   */
  public static String checkId(String field, @Nullable String id) {
    if (id == null) {
      throw new HeraldException(ErrorCode.FIELD_MISSING, field + " is missing");
    }
    int characters = id.codePointCount(0, id.length());
    if (characters < 1 || characters > ID_CHARACTERS_MAX) {
      throw new HeraldException(
          ErrorCode.FIELD_INVALID,
          field + " must have 1 to " + ID_CHARACTERS_MAX + " characters, it has " + characters);
    }
    checkNoNul(field, id);
    checkSurrogates(field, id);
    return id;
  }

  /**
   * Checks a message's content: text of at most {@link #CONTENT_BYTES_MAX} bytes of UTF-8, empty
   * allowed.
   *
   * @param field the field's name, for the error
   * @param content the value, null if missing
   * @return the content
   * @throws HeraldException FIELD_MISSING, FIELD_INVALID or PAYLOAD_TOO_LARGE, naming the field
   */
  public static String checkContent(String field, @Nullable String content) {
    if (content == null) {
      throw new HeraldException(ErrorCode.FIELD_MISSING, field + " is missing");
    }
    checkSurrogates(field, content);
    if (content.length() > CONTENT_BYTES_MAX / 3) {
      int bytes = content.getBytes(StandardCharsets.UTF_8).length;
      if (bytes > CONTENT_BYTES_MAX) {
        throw new HeraldException(
            ErrorCode.PAYLOAD_TOO_LARGE,
            field + " must have at most " + CONTENT_BYTES_MAX + " bytes, it has " + bytes);
      }
    }
    return content;
  }

  /**
   * Checks a short text: at most so many characters, empty allowed.
   *
   * @param field the field's name, for the error
   * @param text the value
   * @param charactersMax how many characters (Unicode code points) it may have
   * @return the text
   * @throws HeraldException FIELD_INVALID, naming the field
   */
  public static String checkText(String field, String text, int charactersMax) {
    checkSurrogates(field, text);
    int characters = text.codePointCount(0, text.length());
    if (characters > charactersMax) {
      throw new HeraldException(
          ErrorCode.FIELD_INVALID,
          field + " must have at most " + charactersMax + " characters, it has " + characters);
    }
    return text;
  }

  /**
   * Checks the size of a page.
   *
   * @throws HeraldException FIELD_INVALID unless it is 1 to {@link #PAGE_SIZE_MAX}
   */
  public static int checkPageSize(int pageSize) {
    if (pageSize < 1 || pageSize > PAGE_SIZE_MAX) {
      throw new HeraldException(
          ErrorCode.FIELD_INVALID,
          "pageSize must be 1 to " + PAGE_SIZE_MAX + ", it is " + pageSize);
    }
    return pageSize;
  }

  private static void checkNoNul(String field, String text) {
    if (text.indexOf('\0') >= 0) {
      throw new HeraldException(ErrorCode.FIELD_INVALID, field + " must not contain NUL");
    }
  }

  private static void checkSurrogates(String field, String text) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new HeraldException(
          ErrorCode.FIELD_INVALID, field + " is not well-formed Unicode text");
    }
  }
}
