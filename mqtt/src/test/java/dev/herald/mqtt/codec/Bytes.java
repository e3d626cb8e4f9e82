package dev.herald.mqtt.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Bytes as a list of their parts, so that each field can stand on a line beside its name. */
public final class Bytes {
  private Bytes() {}

  /**
   * Joins parts: a number is one byte, a character its byte, a text its UTF-8 bytes without a
   * length, a byte array itself.
   */
  public static byte[] bytes(Object... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Object part : parts) {
      switch (part) {
        case Integer number -> out.write(number);
        case Character character -> out.write(character);
        case String text -> out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        case byte[] array -> out.writeBytes(array);
        default -> throw new IllegalArgumentException(part.getClass().getName());
      }
    }
    return out.toByteArray();
  }

  /** Returns a text as MQTT sends it: two bytes of length, then UTF-8. */
  public static byte[] text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return bytes(utf8.length >> 8, utf8.length & 0xFF, utf8);
  }

  /** Returns a number as two bytes. */
  public static byte[] u16(int value) {
    return bytes(value >> 8, value);
  }

  /** Returns a number as four bytes. */
  public static byte[] u32(long value) {
    return bytes((int) (value >> 24), (int) (value >> 16), (int) (value >> 8), (int) value);
  }

  /** Returns a number as a variable byte integer. */
  public static byte[] varint(int value) {
    ByteBuf out = Unpooled.buffer(4);
    PacketEncoder.writeVarint(out, value);
    return content(out);
  }

  /** Returns what is written in a buffer. */
  static byte[] content(ByteBuf written) {
    byte[] bytes = new byte[written.readableBytes()];
    written.readBytes(bytes);
    return bytes;
  }
}
