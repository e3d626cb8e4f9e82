package dev.herald.mqtt.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the packets a server sends, PUBLISH excepted (see {@link PublishForm}). */
public final class PacketEncoder {
  /** The size of a CONNACK that says nothing but its reason code. */
  public static final int CONNACK_BYTES_MIN = 5;

  private static final byte[] NOTHING = {};

  private PacketEncoder() {}

  /**
   * Writes a CONNACK that accepts (section 3.2).
   *
   * @param sessionPresent whether a session is resumed
   * @param accepted what the server announces; written for 5.0 only
   * @param bytesMax the largest packet the client takes, at least {@link Accepted#sizeMin}
   */
  public static void connack(
      ByteBuf out, int version, boolean sessionPresent, Accepted accepted, long bytesMax) {
    ByteBuf properties = version >= 5 ? accepted.properties(bytesMax) : Unpooled.EMPTY_BUFFER;
    connack(out, version, sessionPresent ? 1 : 0, Reason.SUCCESS, properties);
  }

  /**
   * Writes a CONNACK that refuses.
   *
   * @param reason an MQTT 5 reason code; 3.1.1 gets the return code nearest to it
   * @param text what was wrong, or null to say nothing; written for 5.0 only
   */
  public static void connackRefused(ByteBuf out, int version, int reason, @Nullable String text) {
    ByteBuf properties = Unpooled.buffer(64);
    if (version >= 5 && text != null) {
      properties.writeByte(Properties.REASON_STRING);
      writeText(properties, text);
    }
    connack(
        out,
        version,
        0,
        version >= 5 ? connectReason(reason) : returnCodeOf311(reason),
        properties);
  }

  /** Returns the reason code nearest to one that CONNACK does not have (table 3-1). */
  private static int connectReason(int reason) {
    return reason == Reason.SERVER_SHUTTING_DOWN ? Reason.SERVER_UNAVAILABLE : reason;
  }

  /**
   * Returns the size of a CONNACK, in bytes.
   *
   * @param properties the size of its properties without their length; none in 3.1.1
   */
  static int connackSize(int properties) {
    int remaining = 2 + varintSize(properties) + properties;
    return 1 + varintSize(remaining) + remaining;
  }

  private static void connack(ByteBuf out, int version, int flags, int code, ByteBuf properties) {
    int size = properties.readableBytes();
    out.writeByte(PacketType.CONNACK << 4);
    writeVarint(out, version >= 5 ? 2 + varintSize(size) + size : 2);
    out.writeByte(flags).writeByte(code);
    if (version >= 5) {
      writeVarint(out, size);
      out.writeBytes(properties);
    }
  }

  /**
   * Returns whether a refusal can be told in a CONNACK: 3.1.1 has a return code for a few reasons
   * only, and a connection refused for another is closed without a word [MQTT-3.1.4-1 of 3.1.1].
   */
  public static boolean canRefuse(int version, int reason) {
    return version >= 5 || returnCodeOf311(reason) > 0;
  }

  private static int returnCodeOf311(int reason) {
    return switch (reason) {
      case Reason.UNSUPPORTED_PROTOCOL_VERSION -> 1;
      case Reason.CLIENT_IDENTIFIER_NOT_VALID -> 2;
      case Reason.SERVER_UNAVAILABLE,
          Reason.SERVER_BUSY,
          Reason.QUOTA_EXCEEDED,
          Reason.SERVER_SHUTTING_DOWN ->
          3;
      case Reason.BAD_USER_NAME_OR_PASSWORD -> 4;
      case Reason.NOT_AUTHORIZED -> 5;
      default -> 0;
    };
  }

  /**
   * Writes a PUBACK, PUBREC, PUBREL or PUBCOMP; 3.1.1 has neither reason code nor text.
   *
   * @param reason why; one that the packet may not have becomes IMPLEMENTATION_SPECIFIC_ERROR
   *     [MQTT-3.4.2-1] [MQTT-3.5.2-1]
   * @param text what was wrong, or null to say nothing
   */
  public static void ack(
      ByteBuf out, int version, int type, int packetId, int reason, @Nullable String text) {
    byte[] told = text == null ? NOTHING : text.getBytes(StandardCharsets.UTF_8);
    int properties = told.length == 0 ? 0 : 3 + told.length;
    int code =
        Reason.mayAcknowledge(type).get(reason) ? reason : Reason.IMPLEMENTATION_SPECIFIC_ERROR;
    boolean withReason = version >= 5 && code != Reason.SUCCESS;
    boolean withText = withReason && properties > 0;
    out.writeByte((type << 4) | (type == PacketType.PUBREL ? 2 : 0));
    writeVarint(
        out, 2 + (withReason ? 1 : 0) + (withText ? varintSize(properties) + properties : 0));
    out.writeShort(packetId);
    if (withReason) {
      out.writeByte(code);
    }
    if (withText) {
      writeVarint(out, properties);
      out.writeByte(Properties.REASON_STRING).writeShort(told.length).writeBytes(told);
    }
  }

  /**
   * Writes a SUBACK or UNSUBACK.
   *
   * @param codes a code for each filter; none for an UNSUBACK of 3.1.1
   * @param properties what it says beside, for a client of 5.0, as {@link #saying} makes it
   */
  public static void subscribeAck(
      ByteBuf out, int version, int type, int packetId, byte[] codes, byte[] properties) {
    int length = properties.length;
    int propertyBytes = version >= 5 ? varintSize(length) + length : 0;
    out.writeByte(type << 4);
    writeVarint(out, 2 + propertyBytes + codes.length);
    out.writeShort(packetId);
    if (version >= 5) {
      writeVarint(out, length);
      out.writeBytes(properties);
    }
    out.writeBytes(codes);
  }

  /**
   * Returns the properties of an acknowledgement.
   *
   * @param text a reason string, or null for none
   * @param userProperties name and value alternating
   */
  public static byte[] saying(@Nullable String text, List<String> userProperties) {
    if (text == null && userProperties.isEmpty()) {
      return NOTHING;
    }
    ByteBuf properties = Unpooled.buffer(64);
    if (text != null) {
      properties.writeByte(Properties.REASON_STRING);
      writeText(properties, text);
    }
    for (int i = 0; i + 1 < userProperties.size(); i += 2) {
      properties.writeByte(Properties.USER_PROPERTY);
      writeText(properties, userProperties.get(i));
      writeText(properties, userProperties.get(i + 1));
    }
    return ByteBufUtil.getBytes(properties);
  }

  /**
   * Returns the size of a SUBACK or UNSUBACK of 5.0, in bytes.
   *
   * @param codes how many codes it has
   * @param properties how many bytes its properties have
   */
  public static int subscribeAckSize(int codes, int properties) {
    int length = 2 + varintSize(properties) + properties + codes;
    return 1 + varintSize(length) + length;
  }

  /** Writes a PINGRESP. */
  public static void pingresp(ByteBuf out) {
    out.writeByte(PacketType.PINGRESP << 4).writeByte(0);
  }

  /**
   * Writes a DISCONNECT of 5.0.
   *
   * @param text what was wrong, or null to say nothing
   */
  public static void disconnect(ByteBuf out, int reason, @Nullable String text) {
    out.writeByte(PacketType.DISCONNECT << 4);
    if (text == null) {
      out.writeByte(1).writeByte(reason);
      return;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int properties = 3 + bytes.length;
    writeVarint(out, 1 + varintSize(properties) + properties);
    out.writeByte(reason);
    writeVarint(out, properties);
    out.writeByte(Properties.REASON_STRING).writeShort(bytes.length).writeBytes(bytes);
  }

  static void writeText(ByteBuf out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeShort(bytes.length).writeBytes(bytes);
  }

  static void writeVarint(ByteBuf out, int value) {
    int rest = value;
    while (rest > 0x7F) {
      out.writeByte((rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    out.writeByte(rest);
  }

  static int varintSize(int value) {
    return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : 4;
  }
}
