package dev.herald.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.HexFormat;

/** Makes text of bytes that must be UTF-8; what is broken is refused, never replaced. */
final class Text {
  private Text() {}

  /**
   * Decodes UTF-8.
   *
   * @param what names the bytes, for the error
   * @throws HeraldException MALFORMED_REQUEST if they are not well-formed
   */
  static String utf8(String what, byte[] bytes) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new HeraldException(ErrorCode.MALFORMED_REQUEST, what + " is not valid UTF-8", e);
    }
  }

  /** Encodes a part of a URL so that no character of it has a meaning there. */
  static String percentEncoded(String part) {
    return URLEncoder.encode(part, UTF_8).replace("+", "%20");
  }

  /**
   * Decodes the percent-encoding of a part of a URL (RFC 3986 section 2.1).
   *
   * @param what names the part, for the error
   * @param encoded the part as it was sent
   * @param plusIsSpace whether {@code +} stands for a space, as in HTML forms
   * @throws HeraldException MALFORMED_REQUEST if an escape is broken or the result is not UTF-8
   */
  static String percentDecoded(String what, String encoded, boolean plusIsSpace) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length());
    for (int i = 0; i < encoded.length(); i++) {
      char c = encoded.charAt(i);
      if (c == '%') {
        bytes.write(escaped(what, encoded, i));
        i += 2;
      } else if (c == '+' && plusIsSpace) {
        bytes.write(' ');
      } else if (c < 0x80) {
        bytes.write(c);
      } else {
        int end = Character.isHighSurrogate(c) && i + 1 < encoded.length() ? i + 2 : i + 1;
        bytes.writeBytes(encoded.substring(i, end).getBytes(UTF_8));
        i = end - 1;
      }
    }
    return utf8(what, bytes.toByteArray());
  }

  private static int escaped(String what, String encoded, int at) {
    if (at + 2 < encoded.length()
        && HexFormat.isHexDigit(encoded.charAt(at + 1))
        && HexFormat.isHexDigit(encoded.charAt(at + 2))) {
      return HexFormat.fromHexDigits(encoded, at + 1, at + 3);
    }
    throw new HeraldException(ErrorCode.MALFORMED_REQUEST, what + " has a broken percent-encoding");
  }
}
