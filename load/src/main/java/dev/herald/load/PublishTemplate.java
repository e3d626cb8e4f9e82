package dev.herald.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/**
 * What comes before the payload in the PUBLISH packets of one publisher, encoded once.
 *
 * <p>All publishers of a run share one {@linkplain #frame frame}, a buffer that holds the payload
 * at a fixed place: a header is copied in front of it, and the packet lies there in one piece. The
 * payload begins with the publisher and number ({@link #stamp}, 8 bytes) and the time (8 bytes,
 * nanoseconds of this process's clock); the rest is filled.
 */
final class PublishTemplate {
  /** The least size of a payload, in bytes: the stamp and the time. */
  static final int PAYLOAD_BYTES_MIN = 16;

  /** Where the payload begins in the frame; a header is never longer. */
  static final int PAYLOAD_AT = 256;

  private static final int NUMBER_BITS = 40;
  private static final int PUBLISH = 0x30;
  private static final byte FILLER = 'x';

  private final byte[] header;
  private final int packetIdAt;
  private final int payloadBytes;

  /**
   * Encodes the header.
   *
   * @param qos 0 or 1
   * @param payloadBytes at least {@link #PAYLOAD_BYTES_MIN}
   */
  PublishTemplate(Protocol protocol, String topic, int qos, int payloadBytes) {
    if (payloadBytes < PAYLOAD_BYTES_MIN) {
      throw new IllegalArgumentException("the payload must have at least 16 bytes");
    }
    this.payloadBytes = payloadBytes;
    int packetId = qos == 0 ? 0 : 2;
    ByteBuf packet = Unpooled.buffer();
    Packets.header(
        packet,
        PUBLISH | (qos << 1),
        Packets.utf8Length(topic) + packetId + Packets.properties(protocol) + payloadBytes);
    Packets.utf8(packet, topic);
    packetIdAt = qos == 0 ? -1 : packet.writerIndex();
    packet.writeZero(packetId);
    Packets.noProperties(packet, protocol);
    header = ByteBufUtil.getBytes(packet);
    if (header.length > PAYLOAD_AT) {
      throw new IllegalArgumentException("the topic is too long: " + topic);
    }
  }

  /** Makes a frame for payloads of a size; the caller releases it. */
  static ByteBuf frame(int payloadBytes) {
    ByteBuf frame = Unpooled.directBuffer(PAYLOAD_AT + payloadBytes);
    frame.writeZero(PAYLOAD_AT + PAYLOAD_BYTES_MIN);
    while (frame.isWritable()) {
      frame.writeByte(FILLER);
    }
    return frame;
  }

  /** Returns the number that stands for a message in its payload. */
  static long stamp(int flow, long number) {
    return ((long) flow << NUMBER_BITS) | number;
  }

  /** Returns the publisher a stamp names. */
  static int flow(long stamp) {
    return (int) (stamp >>> NUMBER_BITS);
  }

  /** Returns the number a stamp holds. */
  static long number(long stamp) {
    return stamp & ((1L << NUMBER_BITS) - 1);
  }

  /** Returns the size of the packet, in bytes. */
  int size() {
    return header.length + payloadBytes;
  }

  /** Puts a message into the frame; returns where it begins. */
  int put(ByteBuf frame, long stamp, long timeNs) {
    int start = PAYLOAD_AT - header.length;
    frame.setBytes(start, header);
    if (packetIdAt >= 0) {
      frame.setShort(start + packetIdAt, packetId(number(stamp)));
    }
    frame.setLong(PAYLOAD_AT, stamp);
    frame.setLong(PAYLOAD_AT + 8, timeNs);
    return start;
  }

  /** Returns the packet id of a message, 1 to 65,535. */
  static int packetId(long number) {
    return (int) (number % 65_535) + 1;
  }
}
