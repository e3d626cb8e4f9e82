package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.group.GroupTopics;
import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import dev.herald.testkit.GroupInputs;
import dev.herald.testkit.GroupInputs.BadId;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients may put into ids and texts of groups, and what not. */
final class GroupInputIT extends EdgeTest {
  private static final int REASON_STRING = 0x1F;

  /** Text that means something to somebody: nothing of it may mean anything here. */
  static Stream<String> texts() {
    return Stream.of(
            GroupInputs.texts(), GroupInputs.controls(), Stream.of("../../etc/passwd", "..", "."))
        .flatMap(texts -> texts);
  }

  @ParameterizedTest
  @MethodSource("texts")
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

  @ParameterizedTest
  @MethodSource("dev.herald.testkit.GroupInputs#badIds")
  void id_thatIsNone_isRefused_andNothingIsStored(BadId bad) {
    RawClient reader = edge.client(5, "r");
    reader.subscribe(1, "$group/g");
    RawClient client = edge.client(5, "c");
    byte[] own = Wire.userProperty("clientMessageId", bad.id());
    if (bad.id().indexOf('\0') >= 0) {
      client.send(Wire.publish(5, 2, "$group/g", 1, own, bytes("c")));
      client.expectEnd(Reason.MALFORMED_PACKET); // no text of MQTT may have it
      return;
    }
    client.send(Wire.publish(5, 2, "$group/g", 1, own, bytes("c")));
    Received answer = client.await(PacketType.PUBACK);
    assertThat(answer.code()).isEqualTo(0x83);
    assertThat(answer.property(REASON_STRING)).containsExactly("clientMessageId " + bad.problem());
    assertThat(client.publish(GroupTopics.topicOf(bad.id()), "c", 1))
        .isIn(0x83, Reason.TOPIC_NAME_INVALID);
    assertThat(client.subscribe(1, GroupTopics.topicOf(bad.id())))
        .containsExactly(Reason.TOPIC_FILTER_INVALID);
    if (!bad.id().isEmpty()) {
      RawClient user = RawClient.connect(edge.port(), Wire.hello(5, "u").user("app/" + bad.id()));
      assertThat(user.connack().code()).isEqualTo(Reason.BAD_USER_NAME_OR_PASSWORD);
      user.expectClosed();
    }
    reader.expectNoMessage();
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
    for (byte[] content : GroupInputs.brokenUtf8()) {
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
