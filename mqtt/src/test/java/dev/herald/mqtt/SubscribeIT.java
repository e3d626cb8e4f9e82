package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static dev.herald.mqtt.codec.Bytes.text;
import static dev.herald.mqtt.codec.Bytes.u16;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** SUBSCRIBE and UNSUBSCRIBE with their answers, of both versions (sections 3.8 to 3.11). */
final class SubscribeIT extends EdgeTest {
  private static final int REASON_STRING = 0x1F;

  // ---- the answers

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  @Proves(
      v5 = {
        "MQTT-2.2.1-6",
        "MQTT-3.8.4-1",
        "MQTT-3.8.4-2",
        "MQTT-3.8.4-5",
        "MQTT-3.8.4-6",
        "MQTT-3.8.4-7",
        "MQTT-3.9.3-1",
        "MQTT-3.9.3-2"
      },
      v311 = {
        "MQTT-2.3.1-7",
        "MQTT-3.8.3-2",
        "MQTT-3.8.4-1",
        "MQTT-3.8.4-2",
        "MQTT-3.8.4-4",
        "MQTT-3.8.4-5",
        "MQTT-3.9.3-1",
        "MQTT-3.9.3-2"
      })
  void suback_hasACodeForEachFilterInTheirOrder(int version) {
    RawClient client = edge.client(version, "c");
    client.send(
        Wire.packet(
            0x82,
            u16(65_535),
            Wire.properties(version, Wire.NO_PROPERTIES),
            bytes(text("a"), 2, text("$SYS/#"), 1, text("a/+/#"), 0, text("#"), 1, text("a"), 1)));
    Received answer = client.await(PacketType.SUBACK);
    assertThat(answer.id()).isEqualTo(65_535);
    int refused = version >= 5 ? Reason.TOPIC_FILTER_INVALID : 0x80;
    assertThat(answer.codes()).containsExactly(2, refused, 0, 1, 1);
    // only what was refused is explained
    assertThat(answer.properties().keySet())
        .isEqualTo(version >= 5 ? Set.of(REASON_STRING) : Set.of());
    assertThat(edge.metric("herald_subscriptions")).as("the last of a filter counts").isEqualTo(3);
    assertThat(client.publish("a", "p", 2)).isZero();
    assertThat(client.message().qos()).isEqualTo(1);
    client.expectNoMessage();
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  @Proves(
      v5 = {
        "MQTT-2.2.1-6",
        "MQTT-3.10.4-1",
        "MQTT-3.10.4-2",
        "MQTT-3.10.4-4",
        "MQTT-3.10.4-5",
        "MQTT-3.10.4-6",
        "MQTT-3.11.3-1",
        "MQTT-3.11.3-2"
      },
      v311 = {
        "MQTT-2.3.1-7",
        "MQTT-3.10.4-1",
        "MQTT-3.10.4-2",
        "MQTT-3.10.4-4",
        "MQTT-3.10.4-5",
        "MQTT-3.10.4-6"
      })
  void unsuback_saysWhatThereWas(int version) {
    RawClient client = edge.client(version, "c");
    client.subscribe(1, "a/+", "a/b", "A/B");
    client.send(Wire.unsubscribe(version, 65_535, "a/#", "a/b", "a/b", "A/b", "a/+"));
    Received answer = client.await(PacketType.UNSUBACK);
    assertThat(answer.id()).isEqualTo(65_535);
    assertThat(answer.codes())
        .isEqualTo(version >= 5 ? List.of(0x11, 0, 0x11, 0x11, 0) : List.of());
    assertThat(edge.metric("herald_subscriptions")).isEqualTo(1);
    RawClient publisher = edge.client(version, "p");
    int _ = publisher.publish("a/b", "gone", 1);
    int _ = publisher.publish("A/B", "kept", 1);
    assertThat(client.message().payload()).isEqualTo("kept");
    client.send(Wire.unsubscribe(version, 7, "nothing"));
    assertThat(client.await(PacketType.UNSUBACK).id()).isEqualTo(7);
  }

  @Test
  @Proves(v5 = {"MQTT-3.9.2-1", "MQTT-3.9.2-2", "MQTT-3.11.2-1", "MQTT-3.11.2-2"})
  void answers_addNothingThatCouldBeTooLarge() {
    RawClient client = edge.client(Wire.hello(5, "c").maximumPacketSize(50));
    String refused = "$" + "x".repeat(60);
    client.send(Wire.subscribe(5, 1, Wire.NO_PROPERTIES, 0, refused, "a", "b"));
    Received suback = client.await(PacketType.SUBACK);
    assertThat(suback.codes()).containsExactly(Reason.TOPIC_FILTER_INVALID, 0, 0);
    assertThat(suback.size()).isEqualTo(8);
    client.send(Wire.unsubscribe(5, 1, refused, "a", "b"));
    Received unsuback = client.await(PacketType.UNSUBACK);
    assertThat(unsuback.codes()).containsExactly(0x11, 0, 0);
    assertThat(unsuback.size()).isEqualTo(8);
  }

  @ParameterizedTest
  @CsvSource({
    "flags 0,                     0x80, 0x81",
    "flags 3,                     0x83, 0x81",
    "flags 0 of UNSUBSCRIBE,      0xA0, 0x81",
    "flags 15 of UNSUBSCRIBE,     0xAF, 0x81",
    "no filter,                   0x82, 0x82",
    "no filter in UNSUBSCRIBE,    0xA2, 0x82"
  })
  @Proves(v5 = {"MQTT-3.8.1-1", "MQTT-3.8.3-2", "MQTT-3.10.1-1", "MQTT-3.10.3-2", "MQTT-4.13.1-1"})
  void packet_withWrongFlagsOrWithoutFilterEndsTheConnection(
      String what, int firstByte, int reason) {
    RawClient client = edge.client(5, "c");
    byte[] options = firstByte >> 4 == PacketType.SUBSCRIBE ? bytes(0) : bytes();
    byte[] filters = (firstByte & 15) == 2 ? bytes() : bytes(text("t"), options);
    client.send(Wire.packet(firstByte, u16(1), 0, filters));
    client.expectEnd(reason);
  }

  @ParameterizedTest
  @CsvSource({"0x40, 0x81", "0x80, 0x81", "0x03, 0x81", "0x30, 0x82", "0xFF, 0x81"})
  @Proves(v5 = {"MQTT-3.8.3-5", "MQTT-4.13.1-1"})
  void options_thatDoNotExistEndTheConnection(int options, int reason) {
    RawClient client = edge.client(5, "c");
    client.send(Wire.subscribe(5, 1, Wire.NO_PROPERTIES, options, "t"));
    client.expectEnd(reason);
  }

  @ParameterizedTest
  @ValueSource(ints = {0x82, 0xA2})
  @Proves(v5 = {"MQTT-3.8.3-1", "MQTT-3.10.3-1", "MQTT-4.7.3-2"})
  void filter_thatIsNotWellFormedUtf8EndsTheConnection(int firstByte) {
    for (byte[] broken : List.of(bytes(0xFF), bytes("a", 0), bytes(0xED, 0xA0, 0x80))) {
      RawClient client = edge.client(5, "c");
      client.send(Wire.packet(firstByte, u16(1), 0, u16(broken.length), broken, 0));
      client.expectEnd(Reason.MALFORMED_PACKET);
    }
  }

  // ---- what a subscription brings

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  @Proves(v5 = "MQTT-3.8.4-8", v311 = "MQTT-3.8.4-6")
  void qos_isTheSmallerOfBoth(int version) {
    RawClient subscriber = edge.client(version, "s");
    RawClient publisher = edge.client(version, "p");
    for (int granted = 0; granted <= 2; granted++) {
      String topic = "q" + granted;
      publisher.retain(topic, "retained", 2);
      assertThat(subscriber.subscribe(granted, topic)).containsExactly(granted);
      assertThat(subscriber.message().qos()).isEqualTo(granted);
      for (int qos = 0; qos <= 2; qos++) {
        int _ = publisher.publish(topic, "p", qos);
        assertThat(subscriber.message().qos()).isEqualTo(Math.min(qos, granted));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  @Proves(
      v5 = {"MQTT-3.8.4-3", "MQTT-3.8.4-4"},
      v311 = "MQTT-3.8.4-3")
  void again_replacesTheSubscriptionAndSendsRetainedMessages(int version) {
    RawClient publisher = edge.client(version, "p");
    publisher.retain("t", "retained", 2);
    RawClient client = edge.client(version, "c");
    for (int qos : List.of(0, 2, 1, 1)) {
      assertThat(client.subscribe(qos, "t")).containsExactly(qos);
      Received retained = client.message();
      assertThat(retained.payload()).isEqualTo("retained");
      assertThat(retained.retained()).isTrue();
      assertThat(retained.qos()).isEqualTo(qos);
      int _ = publisher.publish("t", "p", 2);
      assertThat(client.message().qos()).isEqualTo(qos);
    }
    client.expectNoMessage();
    assertThat(edge.metric("herald_subscriptions")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  @Proves(
      v5 = {"MQTT-3.8.4-3", "MQTT-3.8.4-4"},
      v311 = "MQTT-3.8.4-3")
  void again_losesNothing(int version) throws InterruptedException {
    RawClient subscriber = edge.client(version, "s");
    subscriber.subscribe(1, "t");
    RawClient publisher = edge.client(version, "p").silent();
    int count = 2000;
    Thread stream =
        Thread.ofPlatform()
            .name("stream")
            .start(() -> {
              for (int i = 0; i < count; i++) {
                publisher.send(Wire.publish(version, 0, "t", 0, "" + i));
              }
            });
    for (int i = 0; i < 50; i++) {
      assertThat(subscriber.subscribe(i % 3, "t")).containsExactly(i % 3);
    }
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      expected.add("" + i);
    }
    assertThat(subscriber.payloads(count)).isEqualTo(expected);
    stream.join();
  }

  @ParameterizedTest
  @CsvSource({"0x00, true, true", "0x10, true, false", "0x20, false, false"})
  @Proves(v5 = "MQTT-3.8.4-4")
  void retainHandling_knowsASubscriptionOfTheSession(int handling, boolean first, boolean again) {
    edge.client(5, "p").retain("t", "retained", 1);
    RawClient client = edge.client(Wire.lasting(5, "c"));
    for (boolean sent : new boolean[] {first, again}) {
      assertThat(client.subscribe(handling, "t")).containsExactly(0);
      if (sent) {
        assertThat(client.message().payload()).isEqualTo("retained");
      }
      client.expectNoMessage();
      client.disconnect();
      client = edge.client(Wire.lasting(5, "c"));
      assertThat(client.connack().sessionPresent()).isTrue();
    }
  }

  @Test
  @Proves(v5 = "MQTT-3.8.4-3")
  void again_changesEveryOption() {
    RawClient client = edge.client(5, "c");
    client.retain("t", "retained", 1);
    client.subscribe(Wire.identifier(1), 0x24 | 1, "t"); // no local, retained never
    int _ = client.publish("t", "mine", 1);
    client.expectNoMessage();
    client.subscribe(0x18 | 2, "t"); // retain as published, retained for new subscriptions only
    int _ = client.publish("t", "mine", 5, Wire.NO_PROPERTIES);
    Received message = client.message();
    assertThat(message.payload()).isEqualTo("mine");
    assertThat(message.qos()).isEqualTo(2);
    assertThat(message.retained()).isTrue();
    assertThat(message.property(0x0B)).as("the new one has no identifier").isEmpty();
    client.expectNoMessage();
  }

  @Test
  @Proves(v5 = "MQTT-3.8.3-3")
  void noLocal_goesByTheClientIdentifier() {
    RawClient first = edge.client(5, "c");
    first.subscribe(0x04, "t");
    first.retain("t", "mine", 1);
    first.expectNoMessage();
    first.disconnect();
    // another session of the same client identifier
    RawClient second = edge.client(5, "c");
    assertThat(second.connack().sessionPresent()).isFalse();
    second.subscribe(0x04, "t", "+");
    second.expectNoMessage();
    RawClient other = edge.client(5, "o");
    other.subscribe(0x04, "t");
    assertThat(other.message().payload()).isEqualTo("mine");
    int _ = other.publish("t", "theirs", 1);
    assertThat(second.message().payload()).isEqualTo("theirs");
    other.expectNoMessage();
  }

  @Test
  @Proves(v5 = "MQTT-3.8.3-3")
  void noLocal_ofAWillToo() {
    RawClient first =
        edge.client(Wire.hello(5, "c").resume().sessionExpiry(100).will("t", "own", 1, false));
    first.subscribe(0x04 | 1, "t");
    RawClient other = edge.client(5, "o");
    other.subscribe(1, "t");
    first.close();
    assertThat(other.message().payload()).isEqualTo("own");
    edge.client(Wire.hello(5, "c").resume()).expectNoMessage();
  }

  @Test
  @Proves(v5 = {"MQTT-3.8.3-4", "MQTT-4.13.1-1"})
  void noLocal_onASharedSubscriptionIsAProtocolError() {
    RawClient client = edge.client(5, "c");
    client.send(Wire.subscribe(5, 1, Wire.NO_PROPERTIES, 0x04, "$share/g/t"));
    client.expectEnd(Reason.PROTOCOL_ERROR);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  @Proves(v5 = "MQTT-3.10.4-3", v311 = "MQTT-3.10.4-3")
  void unsubscribe_whatWasBegunIsCompleted(int version) {
    Wire.Hello hello = Wire.lasting(version, "c");
    RawClient client = edge.client(hello).silent();
    client.subscribe(2, "t");
    RawClient publisher = edge.client(version, "p");
    int _ = publisher.publish("t", "one", 1);
    int _ = publisher.publish("t", "two", 2);
    int one = client.message().id();
    int two = client.message().id();
    client.unsubscribe("t");
    client.send(Wire.ack(PacketType.PUBREC, two));
    assertThat(client.await(PacketType.PUBREL).id()).isEqualTo(two);
    client.close();
    RawClient again = edge.client(hello).silent();
    Received message = again.message();
    assertThat(message.id()).isEqualTo(one);
    assertThat(message.duplicate()).isTrue();
    assertThat(again.await(PacketType.PUBREL).id()).isEqualTo(two);
    again.send(Wire.ack(PacketType.PUBACK, one), Wire.ack(PacketType.PUBCOMP, two));
    again.ping();
    again.close();
    edge.client(hello).expectNoMessage();
  }
}
