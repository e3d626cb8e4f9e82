package dev.herald.mqtt.codec;

import dev.herald.core.error.HeraldException;
import dev.herald.core.topic.Topics;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import org.jspecify.annotations.Nullable;

/**
 * Reads topic names, most of them without making anything: names seen lately are kept by their
 * bytes, already checked. For one thread.
 */
final class TopicReader {
  private static final int SLOTS = 1024;
  private static final int BYTES_MAX = 256;

  private final @Nullable Known[] known;
  private final int bytesMax;
  private final int levelsMax;

  TopicReader(int bytesMax, int levelsMax) {
    this(SLOTS, bytesMax, levelsMax);
  }

  /**
   * Makes a reader.
   *
   * @param slots how many names it keeps, a power of two
   * @param bytesMax the most bytes of a name
   * @param levelsMax the most levels of a name
   */
  TopicReader(int slots, int bytesMax, int levelsMax) {
    this.known = new @Nullable Known[slots];
    this.bytesMax = bytesMax;
    this.levelsMax = levelsMax;
  }

  /** Reads a topic name; empty if its length is 0, else valid. */
  String read(PacketReader reader) {
    int length = reader.u16();
    if (length == 0) {
      return "";
    }
    reader.need(length);
    if (length > BYTES_MAX) {
      return decode(bytes(reader.buffer(), length));
    }
    ByteBuf buffer = reader.buffer();
    int start = buffer.readerIndex();
    int slot = hash(buffer, start, length) & (known.length - 1);
    Known recent = known[slot];
    if (recent != null && same(buffer, start, length, recent.bytes)) {
      buffer.skipBytes(length);
      return recent.name;
    }
    byte[] bytes = bytes(buffer, length);
    String name = decode(bytes);
    known[slot] = new Known(bytes, name);
    return name;
  }

  /** Checks a name a client wants to publish to. */
  String check(String name) {
    if (name.length() > bytesMax || ByteBufUtil.utf8Bytes(name) > bytesMax) {
      throw new PacketException(
          Reason.TOPIC_NAME_INVALID,
          "the topic name has more than " + bytesMax + " bytes",
          Limit.TOPIC_BYTES);
    }
    if (Topics.levels(name) > levelsMax) {
      throw new PacketException(
          Reason.TOPIC_NAME_INVALID,
          "the topic name has more than " + levelsMax + " levels",
          Limit.TOPIC_LEVELS);
    }
    return checkForm(name);
  }

  /** Checks a name by the rules of the specification alone. */
  static String checkForm(String name) {
    try {
      return Topics.checkName(name);
    } catch (HeraldException invalid) {
      throw new PacketException(Reason.TOPIC_NAME_INVALID, invalid.detail());
    }
  }

  private String decode(byte[] bytes) {
    return check(PacketReader.text(bytes));
  }

  private static byte[] bytes(ByteBuf buffer, int length) {
    byte[] bytes = new byte[length];
    buffer.readBytes(bytes);
    return bytes;
  }

  private static int hash(ByteBuf buffer, int start, int length) {
    int hash = length;
    int i = 0;
    for (; i + 8 <= length; i += 8) {
      long word = buffer.getLong(start + i) * 0x9E37_79B9_7F4A_7C15L;
      hash = 31 * hash + (int) (word >>> 32);
    }
    for (; i < length; i++) {
      hash = 31 * hash + buffer.getByte(start + i);
    }
    return hash ^ (hash >>> 15);
  }

  private static boolean same(ByteBuf buffer, int start, int length, byte[] known) {
    if (known.length != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (buffer.getByte(start + i) != known[i]) {
        return false;
      }
    }
    return true;
  }

  /** A valid topic name with its bytes. */
  private static final class Known {
    final byte[] bytes;
    final String name;

    Known(byte[] bytes, String name) {
      this.bytes = bytes;
      this.name = name;
    }
  }
}
