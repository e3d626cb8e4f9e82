package dev.herald.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/**
 * A PUBLISH encoded once, of which each message changes the packet id, the sequence number and the
 * time only.
 *
 * <p>The payload begins with the number (8 bytes, from 0) and the time (8 bytes, nanoseconds of
 * this process's clock); the rest is filled.
 */
final class PublishTemplate {
  /** The least size of a payload, in bytes: the number and the time. */
  static final int PAYLOAD_BYTES_MIN = 16;

  private static final int PUBLISH = 0x30;
  private static final byte FILLER = 'x';

  private final byte[] bytes;
  private final int packetIdAt;
  private final int payloadAt;

  /**
   * Encodes the packet.
   *
   * @param qos 0 or 1
   * @param payloadBytes at least {@link #PAYLOAD_BYTES_MIN}
   */
  PublishTemplate(Protocol protocol, String topic, int qos, int payloadBytes) {
    if (payloadBytes < PAYLOAD_BYTES_MIN) {
      throw new IllegalArgumentException("the payload must have at least 16 bytes");
    }
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
    payloadAt = packet.writerIndex();
    packet.writeZero(PAYLOAD_BYTES_MIN);
    for (int i = PAYLOAD_BYTES_MIN; i < payloadBytes; i++) {
      packet.writeByte(FILLER);
    }
    bytes = ByteBufUtil.getBytes(packet);
  }

  /** Returns the size of the packet, in bytes. */
  int size() {
    return bytes.length;
  }

  /** Writes one message. */
  void write(ByteBuf out, long number, long timeNs) {
    int start = out.writerIndex();
    out.writeBytes(bytes);
    if (packetIdAt >= 0) {
      out.setShort(start + packetIdAt, packetId(number));
    }
    out.setLong(start + payloadAt, number);
    out.setLong(start + payloadAt + 8, timeNs);
  }

  /** Returns the packet id of a message, 1 to 65,535. */
  static int packetId(long number) {
    return (int) (number % 65_535) + 1;
  }
}
