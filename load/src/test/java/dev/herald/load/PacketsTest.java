package dev.herald.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PacketsTest {
  private static Client.Login login(
      Protocol protocol, @Nullable String username, @Nullable String password) {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1883);
    return new Client.Login(new Target(address, protocol, username, password, 0), "c", 1800);
  }

  private static String put(PublishTemplate template, ByteBuf frame, long stamp, long timeNs) {
    int start = template.put(frame, stamp, timeNs);
    return ByteBufUtil.hexDump(frame, start, template.size());
  }

  private static String hex(Consumer<ByteBuf> writer) {
    ByteBuf out = Unpooled.buffer();
    writer.accept(out);
    return ByteBufUtil.hexDump(out);
  }

  @Test
  void connect_version5WithLogin_isAsSpecified() {
    assertThat(hex(out -> Packets.connect(out, login(Protocol.V5, "u", "pw"))))
        .isEqualTo(
            "10" // CONNECT
                + "15" // remaining length
                + "00044d515454" // "MQTT"
                + "05" // level
                + "c2" // username, password, clean start
                + "0708" // keep alive
                + "00" // no properties
                + "000163" // client id
                + "000175" // username
                + "00027077"); // password
  }

  @Test
  void connect_version311WithoutLogin_isAsSpecified() {
    assertThat(hex(out -> Packets.connect(out, login(Protocol.V3_1_1, null, null))))
        .isEqualTo("10" + "0d" + "00044d515454" + "04" + "02" + "0708" + "000163");
  }

  @Test
  void subscribe_bothVersions_isAsSpecified() {
    assertThat(hex(out -> Packets.subscribe(out, Protocol.V5, "a/b", 1)))
        .isEqualTo("82" + "09" + "0001" + "00" + "0003612f62" + "01");
    assertThat(hex(out -> Packets.subscribe(out, Protocol.V5, "$chat/b", 1)))
        .isEqualTo(
            "82"
                + "17"
                + "0001"
                + "0a"
                + "26"
                + "00046563686f"
                + "000131"
                + "000724636861742f62"
                + "01");
    assertThat(hex(out -> Packets.subscribe(out, Protocol.V3_1_1, "a/b", 0)))
        .isEqualTo("82" + "08" + "0001" + "0003612f62" + "00");
  }

  @Test
  void packetsWithoutBody_always_areAsSpecified() {
    assertThat(hex(out -> Packets.puback(out, 0xABCD))).isEqualTo("4002abcd");
    assertThat(hex(Packets::pingreq)).isEqualTo("c000");
    assertThat(hex(Packets::disconnect)).isEqualTo("e000");
  }

  @Test
  void header_lengths_takeAsFewBytesAsTheyNeed() {
    assertThat(hex(out -> Packets.header(out, 0x30, 127))).isEqualTo("307f");
    assertThat(hex(out -> Packets.header(out, 0x30, 128))).isEqualTo("308001");
    assertThat(hex(out -> Packets.header(out, 0x30, 16_384))).isEqualTo("30808001");
    assertThat(hex(out -> Packets.header(out, 0x30, 268_435_455))).isEqualTo("30ffffff7f");
  }

  @Test
  void publish_qos1Version5_changesIdStampAndTimeOnly() {
    PublishTemplate template = new PublishTemplate(Protocol.V5, "t", 1, 18);
    ByteBuf frame = PublishTemplate.frame(18);
    put(template, frame, PublishTemplate.stamp(7, 1), 1);
    assertThat(put(template, frame, PublishTemplate.stamp(3, 0x0102), 0x0A0B))
        .isEqualTo(
            "32" // PUBLISH, QoS 1
                + "18" // remaining length
                + "000174" // topic
                + "0103" // packet id: number + 1
                + "00" // no properties
                + "0000030000000102" // flow, number
                + "0000000000000a0b" // time
                + "7878"); // filler
    frame.release();
  }

  @Test
  void publish_qos0Version311_hasNoIdAndNoProperties() {
    PublishTemplate template = new PublishTemplate(Protocol.V3_1_1, "t", 0, 16);
    ByteBuf frame = PublishTemplate.frame(16);
    assertThat(put(template, frame, 1, 2))
        .isEqualTo("30" + "13" + "000174" + "0000000000000001" + "0000000000000002");
    frame.release();
  }

  @Test
  void stamp_flowAndNumber_areFoundAgain() {
    long stamp = PublishTemplate.stamp(199_999, (1L << 40) - 1);
    assertThat(PublishTemplate.flow(stamp)).isEqualTo(199_999);
    assertThat(PublishTemplate.number(stamp)).isEqualTo((1L << 40) - 1);
  }

  @Test
  void publish_tooSmallPayloadOrTooLongTopic_isRefused() {
    assertThatThrownBy(() -> new PublishTemplate(Protocol.V5, "t", 0, 15))
        .isInstanceOf(IllegalArgumentException.class);
    String topic = "t".repeat(PublishTemplate.PAYLOAD_AT);
    assertThatThrownBy(() -> new PublishTemplate(Protocol.V5, topic, 0, 16))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void packetId_anyNumber_isNeverZero() {
    assertThat(PublishTemplate.packetId(0)).isEqualTo(1);
    assertThat(PublishTemplate.packetId(65_534)).isEqualTo(65_535);
    assertThat(PublishTemplate.packetId(65_535)).isEqualTo(1);
    assertThat(PublishTemplate.packetId(Long.MAX_VALUE)).isBetween(1, 65_535);
  }
}
