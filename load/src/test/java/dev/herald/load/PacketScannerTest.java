package dev.herald.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PacketScannerTest {
  private static final String STREAM_5 =
      ("20 06 00 00 03 21 00 0a" // CONNACK, receive maximum 10
              + "90 04 0001 00 01" // SUBACK, QoS 1
              + "40 02 0007" // PUBACK, success
              + "40 03 0008 97" // PUBACK, quota exceeded
              + "40 04 0009 10 00" // PUBACK, no matching subscribers, no properties
              + "d0 00" // PINGRESP
              + "32 0b 0001 61 0005 03 0b 8001 6869" // PUBLISH "hi", packet id 5, a property
              + "30 04 0001 61 00" // PUBLISH without a payload
              + "e0 01 8b") // DISCONNECT, server shutting down
          .replace(" ", "");

  private static final List<String> EVENTS_5 =
      List.of(
          "connack 0 10",
          "suback 1",
          "puback 7 0",
          "puback 8 151",
          "puback 9 16",
          "pingresp",
          "message 6869 5",
          "message  0",
          "disconnect 139");

  private final Noted noted = new Noted();

  @Test
  void scan_allAtOnce_tellsEveryPacket() {
    ByteBuf in = Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(STREAM_5));
    new PacketScanner(Protocol.V5, noted).scan(in);
    assertThat(noted.events).isEqualTo(EVENTS_5);
    assertThat(in.isReadable()).isFalse();
  }

  @Test
  void scan_byteByByte_tellsTheSame() {
    PacketScanner scanner = new PacketScanner(Protocol.V5, noted);
    ByteBuf in = Unpooled.buffer();
    for (byte each : ByteBufUtil.decodeHexDump(STREAM_5)) {
      scanner.scan(in.writeByte(each));
    }
    assertThat(noted.events).isEqualTo(EVENTS_5);
    assertThat(in.isReadable()).isFalse();
  }

  @Test
  void scan_version311_hasNoProperties() {
    String stream = "20020000" + "9003000100" + "40020007" + "30050001616869" + "20020005";
    new PacketScanner(Protocol.V3_1_1, noted)
        .scan(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(stream)));
    assertThat(noted.events)
        .containsExactly(
            "connack 0 65535", "suback 0", "puback 7 0", "message 6869 0", "connack 5 65535");
  }

  @Test
  void scan_otherPropertiesBefore_findsTheReceiveMaximum() {
    String connack =
        ("20 2a 00 00 27 "
                + "11 00000001 12 0001 63 13 0005 15 0001 6d 16 0001 64 1a 0000 1c 0000"
                + "22 0001 24 01 25 01 26 0000 0000 21 0003")
            .replace(" ", "");
    new PacketScanner(Protocol.V5, noted)
        .scan(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(connack)));
    assertThat(noted.events).containsExactly("connack 0 3");
  }

  @Test
  void scan_notMqtt_isRefused() {
    PacketScanner scanner = new PacketScanner(Protocol.V5, noted);
    ByteBuf endless = Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump("30ffffffff01"));
    assertThatThrownBy(() -> scanner.scan(endless)).isInstanceOf(IllegalArgumentException.class);
  }

  private static final class Noted implements PacketScanner.Sink {
    final List<String> events = new ArrayList<>();

    @Override
    public void connack(int reason, int receiveMaximum) {
      events.add("connack " + reason + ' ' + receiveMaximum);
    }

    @Override
    public void suback(int reason) {
      events.add("suback " + reason);
    }

    @Override
    public void puback(int packetId, int reason) {
      events.add("puback " + packetId + ' ' + reason);
    }

    @Override
    public void pingresp() {
      events.add("pingresp");
    }

    @Override
    public void message(ByteBuf in, int payloadAt, int payloadBytes, int packetId) {
      events.add("message " + ByteBufUtil.hexDump(in, payloadAt, payloadBytes) + ' ' + packetId);
    }

    @Override
    public void disconnect(int reason) {
      events.add("disconnect " + reason);
    }
  }
}
