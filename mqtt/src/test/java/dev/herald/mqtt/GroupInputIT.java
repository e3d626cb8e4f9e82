package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.group.GroupTopics;
import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients may put into ids and texts of groups, and what not. */
final class GroupInputIT extends EdgeTest {
  private static final int REASON_STRING = 0x1F;

  /** Text that means something to somebody: nothing of it may mean anything here. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "x'; DROP TABLE messages; --",
        "\" OR 1=1 --",
        "<script>alert('1')</script>",
        "<img src=x onerror=alert(1)>&amp;",
        "../../etc/passwd",
        "${jndi:ldap://x}",
        "%00%0a%2e",
        "a%2Fb",
        "$group",
        "+",
        "#",
        "/",
        "*",
        "%",
        "_",
        " ",
        "A ",
        "a\tb",
        "null",
        "{\"a\":1}",
        "\\u0000\\",
        "\u7FA4\uD83D\uDE00\u0301",
        "\uFEFFbom",
        "\u202Egnp"
      })
  void text_isTakenAsItIs_inEveryField(String text) {
    String topic = GroupTopics.topicOf(text);
    RawClient reader = edge.client(Wire.hello(5, "r").user("app/reader"));
    assertThat(reader.subscribe(1, topic)).containsExactly(1);
    RawClient writer = edge.client(Wire.hello(5, "w").user("app/" + text));
    byte[] own = Wire.userProperty("clientMessageId", text);
    assertThat(writer.publish(topic, text, 2, own)).isZero();
    assertThat(writer.publish(topic, "a retry", 2, own)).isZero();
    assertThat(reader.message().payload()).isEqualTo("1 " + text + " null " + text);
    assertThat(writer.publish(topic + "/notice", text, 1)).isZero();
    assertThat(reader.message().payload()).isEqualTo("2 notice " + text);
    reader.expectNoMessage();
  }

  @Test
  void ids_areAsLongAsTheyMayBe() {
    for (String character : new String[] {"x", "\u7FA4", "\uD83D\uDE00", "/", "%"}) {
      String longest = character.repeat(127);
      String topic = GroupTopics.topicOf(longest);
      RawClient client = edge.client(Wire.hello(5, "c").user("app/" + longest));
      assertThat(client.subscribe(1, topic)).containsExactly(1);
      byte[] own = Wire.userProperty("clientMessageId", longest);
      assertThat(client.publish(topic, "c", 2, own)).isZero();
      assertThat(client.message().payload()).isEqualTo("1 " + longest + " null c");
      String longer = GroupTopics.topicOf(longest + character);
      assertThat(client.subscribe(1, longer)).containsExactly(Reason.TOPIC_FILTER_INVALID);
      assertThat(client.publish(longer, "c", 1)).isEqualTo(0x83);
      byte[] longerOwn = Wire.userProperty("clientMessageId", longest + character);
      assertThat(client.publish(topic, "c", 2, longerOwn)).isEqualTo(0x83);
      client.expectNoMessage();
      client.disconnect();
    }
  }

  @Test
  void ids_thatAreEmpty() {
    RawClient client = edge.client(5, "c");
    assertThat(client.publish("$group/", "c", 1)).isEqualTo(Reason.TOPIC_NAME_INVALID);
    assertThat(client.subscribe(1, "$group/")).containsExactly(Reason.TOPIC_FILTER_INVALID);
    byte[] empty = Wire.userProperty("clientMessageId", "");
    assertThat(client.publish("$group/g", "c", 2, empty)).isEqualTo(0x83);
  }

  @Test
  void user_thatIsTooLong_isRefusedAtOnce() {
    String user = "u".repeat(128);
    RawClient client = RawClient.connect(edge.port(), Wire.hello(5, "c").user("app/" + user));
    assertThat(client.connack().code()).isEqualTo(Reason.BAD_USER_NAME_OR_PASSWORD);
    client.expectClosed();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "",
        "2147483648",
        "-2147483649",
        "1.5",
        " 1",
        "+1",
        "1e3",
        "0x1",
        "99999999999999999999",
        "\u0661"
      })
  void type_thatIsNoInteger(String type) {
    RawClient client = edge.client(5, "c");
    byte[] property = Wire.userProperty("type", type);
    client.send(Wire.publish(5, 2, "$group/g", 1, property, bytes("c")));
    Received answer = client.await(PacketType.PUBACK);
    assertThat(answer.code()).isEqualTo(0x83);
    assertThat(answer.property(REASON_STRING)).containsExactly("type must be a 32-bit integer");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2147483647", "-2147483648", "0", "-0"})
  void type_thatIs(String type) {
    RawClient client = edge.client(5, "c");
    client.subscribe(1, "$group/g");
    assertThat(client.publish("$group/g", "c", 2, Wire.userProperty("type", type))).isZero();
    assertThat(client.message().payload()).isEqualTo("1 c " + Integer.parseInt(type) + " c");
  }

  @Test
  void content_thatIsNoUtf8_isRefusedInEveryShape() {
    RawClient client = edge.client(5, "c");
    byte[][] broken = {
      bytes(0xFF), bytes(0xC0, 0x80), bytes(0xED, 0xA0, 0x80), bytes(0xE2, 0x82), bytes(0xF8)
    };
    for (byte[] content : broken) {
      client.send(Wire.publish(5, 2, "$group/g", 1, Wire.NO_PROPERTIES, content));
      assertThat(client.await(PacketType.PUBACK).code()).isEqualTo(Reason.PAYLOAD_FORMAT_INVALID);
    }
    client.subscribe(1, "$group/g");
    assertThat(client.publish("$group/g", "\0\1\u007F\r\n", 1)).isZero();
    assertThat(client.message().payload()).isEqualTo("1 c null \0\1\u007F\r\n");
  }

  @Test
  void badInput_harmsNobodyElse() {
    RawClient good = edge.client(5, "g");
    good.subscribe(1, "$group/g");
    RawClient bad = edge.client(4, "b");
    bad.send(Wire.publish(4, 2, "$group/g", 1, Wire.NO_PROPERTIES, bytes(0xFF)));
    bad.expectClosed();
    assertThat(good.publish("$group/g", "fine", 1)).isZero();
    assertThat(good.message().payload()).isEqualTo("1 g null fine");
  }
}
