package dev.herald.mqtt.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/**
 * Decodes what follows the fixed header of a packet, out of a buffer that goes on behind the packet
 * with bytes of the next one: none of those may be read.
 */
final class Decoding {
  private static final int BEHIND = 16;

  private final PacketDecoder decoder = new PacketDecoder();
  private final PacketReader reader = new PacketReader();

  /** Starts on a packet's body. */
  PacketReader start(byte[] body) {
    byte[] withNext = Arrays.copyOf(body, body.length + BEHIND);
    Arrays.fill(withNext, body.length, withNext.length, (byte) 'n');
    ByteBuf buffer = Unpooled.wrappedBuffer(withNext);
    reader.start(buffer, body.length);
    return reader;
  }

  Connect connect(byte[] body) {
    PacketReader packet = start(body);
    return decoder.connect(packet, decoder.protocolLevel(packet));
  }

  Publish publish(int flags, int version, byte[] body) {
    return decoder.publish(start(body), flags, version);
  }

  Ack ack(int type, int version, byte[] body) {
    return decoder.ack(start(body), type, version);
  }

  Subscribe subscribe(int version, byte[] body) {
    return decoder.subscribe(start(body), version);
  }

  Unsubscribe unsubscribe(int version, byte[] body) {
    return decoder.unsubscribe(start(body), version);
  }

  Disconnect disconnect(int version, byte[] body) {
    return decoder.disconnect(start(body), version);
  }

  /**
   * Decodes a packet of any type a client may send, as a connection does.
   *
   * @param firstByte type and flags
   */
  void any(int firstByte, int version, byte[] body) {
    PacketType.check(firstByte, version);
    switch (firstByte >> 4) {
      case PacketType.CONNECT -> {
        PacketReader packet = start(body);
        int level = decoder.protocolLevel(packet);
        if (level == 4 || level == 5) {
          Connect _ = decoder.connect(packet, level);
        }
      }
      case PacketType.PUBLISH -> publish(firstByte & 15, version, body);
      case PacketType.SUBSCRIBE -> subscribe(version, body);
      case PacketType.UNSUBSCRIBE -> unsubscribe(version, body);
      case PacketType.DISCONNECT -> disconnect(version, body);
      case PacketType.PINGREQ -> start(body).expectEnd();
      case PacketType.AUTH -> start(body).skipRest();
      default -> ack(firstByte >> 4, version, body);
    }
  }

  /** Decodes bytes that may be anything; fails unless they are taken or refused with a reason. */
  void anyOrRefused(int firstByte, int version, byte[] body) {
    Throwable thrown = catchThrowable(() -> any(firstByte, version, body));
    assertThat(thrown)
        .satisfiesAnyOf(
            none -> assertThat(none).isNull(),
            refusal -> assertThat(refusal).isInstanceOf(PacketException.class));
    assertThat(reader.remaining()).as("bytes left of the packet").isGreaterThanOrEqualTo(0);
  }
}
