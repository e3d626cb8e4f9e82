package dev.herald.mqtt.codec;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Reads the data types of MQTT (5.0 section 1.5) out of one packet, never past its end. Reused for
 * packet after packet by one thread.
 */
public final class PacketReader {
  private ByteBuf buffer = io.netty.buffer.Unpooled.EMPTY_BUFFER;
  private int end;

  /**
   * Starts on a packet.
   *
   * @param packet its reader index is at the first byte after the fixed header; it advances with
   *     reading
   * @param length the packet's remaining length, all of it readable
   */
  public void start(ByteBuf packet, int length) {
    this.buffer = packet;
    this.end = packet.readerIndex() + length;
  }

  /** Returns how many bytes of the packet are left. */
  public int remaining() {
    return end - buffer.readerIndex();
  }

  /**
   * Has the packet end after so many bytes more, all of them in it, until {@link #widen}; returns
   * what that takes.
   */
  int narrow(int length) {
    need(length);
    int outer = end;
    end = buffer.readerIndex() + length;
    return outer;
  }

  /** Has the packet end where it did before {@link #narrow}. */
  void widen(int outer) {
    end = outer;
  }

  /** Reads one byte, 0 to 255. */
  public int u8() {
    need(1);
    return buffer.readUnsignedByte();
  }

  /** Reads two bytes, 0 to 65,535. */
  public int u16() {
    need(2);
    return buffer.readUnsignedShort();
  }

  /** Reads four bytes, 0 to 2^32 - 1. */
  public long u32() {
    need(4);
    return buffer.readUnsignedInt();
  }

  /** Reads a variable byte integer, 0 to 268,435,455 (section 1.5.5). */
  public int varint() {
    int value = 0;
    for (int shift = 0; shift < 28; shift += 7) {
      int next = u8();
      value |= (next & 0x7F) << shift;
      if (next < 0x80) {
        if (shift > 0 && next == 0) {
          throw PacketException.malformed(
              "a length is encoded with more bytes than needed [MQTT-1.5.5-1]");
        }
        return value;
      }
    }
    throw PacketException.malformed("a length has more than four bytes");
  }

  /** Reads binary data with its length before it. */
  public byte[] binary() {
    return bytes(u16());
  }

  /** Reads what is left of the packet. */
  public byte[] rest() {
    return bytes(remaining());
  }

  /** Reads a string: well-formed UTF-8 [MQTT-1.5.4-1] without U+0000 [MQTT-1.5.4-2]. */
  public String utf8() {
    return text(binary());
  }

  /** Skips the packet's rest. */
  public void skipRest() {
    buffer.readerIndex(end);
  }

  /** Checks that nothing is left. */
  public void expectEnd() {
    if (remaining() != 0) {
      throw PacketException.malformed(remaining() + " bytes follow the packet's last field");
    }
  }

  ByteBuf buffer() {
    return buffer;
  }

  void need(int bytes) {
    if (remaining() < bytes) {
      throw PacketException.malformed("the packet ends in the middle of a field");
    }
  }

  private byte[] bytes(int length) {
    need(length);
    byte[] bytes = new byte[length];
    buffer.readBytes(bytes);
    return bytes;
  }

  static String text(byte[] bytes) {
    for (byte b : bytes) {
      if (b <= 0) {
        return textBeyondAscii(bytes);
      }
    }
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static String textBeyondAscii(byte[] bytes) {
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(bytes))
              .toString();
      if (text.indexOf('\0') >= 0) {
        throw PacketException.malformed("a string contains U+0000 [MQTT-1.5.4-2]");
      }
      return text;
    } catch (CharacterCodingException e) {
      throw PacketException.malformed("a string is not well-formed UTF-8 [MQTT-1.5.4-1]");
    }
  }
}
