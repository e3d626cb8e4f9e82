package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static dev.herald.mqtt.codec.Bytes.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages from publisher to subscriber, both connected. */
final class PublishIT extends EdgeTest {
  @Proves(v5 = {"MQTT-3.2.2-10", "MQTT-3.3.1-2", "MQTT-3.3.4-1"})
  @ParameterizedTest
  @ValueSource(ints = {44, 45, 54, 55})
  void publish_everyQosToEveryQos(int versions) {
    RawClient publisher = edge.client(versions / 10, "p");
    RawClient subscriber = edge.client(versions % 10, "s");
    for (int subscribed = 0; subscribed <= 2; subscribed++) {
      assertThat(subscriber.subscribe(subscribed, "q" + subscribed)).containsExactly(subscribed);
      for (int published = 0; published <= 2; published++) {
        String payload = published + " to " + subscribed;
        assertThat(publisher.publish("q" + subscribed, payload, published)).isZero();
        Received message = subscriber.message();
        assertThat(message.payload()).isEqualTo(payload);
        assertThat(message.topic()).isEqualTo("q" + subscribed);
        assertThat(message.qos()).isEqualTo(Math.min(published, subscribed));
        assertThat(message.duplicate()).isFalse();
        assertThat(message.retained()).isFalse();
        assertThat(message.id() == 0).isEqualTo(message.qos() == 0);
      }
    }
    subscriber.expectNoMessage();
  }

  @Proves(v5 = {"MQTT-2.2.1-5", "MQTT-3.3.4-1"})
  @Test
  void publish_qos2StepByStep() {
    RawClient subscriber = edge.client(5, "s").silent();
    subscriber.subscribe(2, "t");
    RawClient publisher = edge.client(5, "p");
    publisher.send(Wire.publish(5, 2, "t", 100, "p"));
    assertThat(publisher.await(PacketType.PUBREC).id()).isEqualTo(100);
    Received message = subscriber.message();
    subscriber.send(Wire.ack(PacketType.PUBREC, message.id()));
    assertThat(subscriber.await(PacketType.PUBREL).id()).isEqualTo(message.id());
    subscriber.send(Wire.ack(PacketType.PUBREC, message.id()));
    assertThat(subscriber.await(PacketType.PUBREL).code()).as("PUBREC again").isZero();
    subscriber.send(Wire.ack(PacketType.PUBCOMP, message.id()));
    subscriber.send(Wire.ack(PacketType.PUBREC, message.id()));
    assertThat(subscriber.await(PacketType.PUBREL).code())
        .isEqualTo(Reason.PACKET_IDENTIFIER_NOT_FOUND);
    publisher.send(Wire.ack(PacketType.PUBREL, 100));
    assertThat(publisher.await(PacketType.PUBCOMP).code()).isZero();
    publisher.send(Wire.ack(PacketType.PUBREL, 100));
    assertThat(publisher.await(PacketType.PUBCOMP).code())
        .isEqualTo(Reason.PACKET_IDENTIFIER_NOT_FOUND);
  }

  @Test
  void publish_qos2SentAgainIsDeliveredOnce() {
    RawClient subscriber = edge.client(5, "s");
    subscriber.subscribe(2, "t");
    RawClient publisher = edge.client(Wire.hello(5, "p").resume().sessionExpiry(60));
    publisher.send(Wire.publish(5, 2, "t", 7, "once"));
    Received _ = publisher.await(PacketType.PUBREC);
    publisher.send(Wire.publish(5, 0b1100, "t", 7, Wire.NO_PROPERTIES, bytes("once")));
    assertThat(publisher.await(PacketType.PUBREC).id()).isEqualTo(7);
    publisher.close();

    RawClient again = edge.client(Wire.hello(5, "p").resume().sessionExpiry(60));
    assertThat(again.connack().sessionPresent()).isTrue();
    again.send(Wire.publish(5, 0b1100, "t", 7, Wire.NO_PROPERTIES, bytes("once")));
    assertThat(again.await(PacketType.PUBREC).code()).isZero();
    again.send(Wire.ack(PacketType.PUBREL, 7));
    assertThat(again.await(PacketType.PUBCOMP).code()).isZero();
    assertThat(again.publish("t", "next", 2)).isZero();
    assertThat(subscriber.payloads(2)).containsExactly("once", "next");
  }

  @Test
  void publish_nobodySubscribesIsToldIn5() {
    RawClient client = edge.client(5, "p");
    assertThat(client.publish("t", "p", 1)).isEqualTo(Reason.NO_MATCHING_SUBSCRIBERS);
    assertThat(client.publish("t", "p", 2)).isEqualTo(Reason.NO_MATCHING_SUBSCRIBERS);
    assertThat(edge.client(4, "q").publish("t", "p", 1)).isZero();
  }

  @Test
  void publish_orderIsKeptForEachPublisherAndTopic() {
    RawClient subscriber = edge.client(5, "s");
    subscriber.subscribe(2, "t");
    RawClient publisher = edge.client(5, "p");
    byte[] all = {};
    for (int i = 1; i <= 300; i++) {
      all = bytes(all, Wire.publish(5, 1, "t", i, "" + i));
    }
    publisher.send(all);
    List<String> payloads = subscriber.payloads(300);
    for (int i = 1; i <= 300; i++) {
      assertThat(payloads.get(i - 1)).isEqualTo("" + i);
      assertThat(publisher.await(PacketType.PUBACK).id()).isEqualTo(i);
    }
  }

  @Proves(
      v5 = {
        "MQTT-3.3.2-4",
        "MQTT-3.3.2-15",
        "MQTT-3.3.2-16",
        "MQTT-3.3.2-17",
        "MQTT-3.3.2-18",
        "MQTT-3.3.2-20"
      })
  @Test
  void properties_areToldUnchanged() {
    RawClient v5 = edge.client(5, "s");
    v5.subscribe(Wire.identifier(9), 1, "t");
    RawClient v4 = edge.client(4, "old");
    v4.subscribe(1, "t");
    byte[] properties =
        bytes(
            0x01,
            1,
            0x03,
            text("text/plain"),
            0x08,
            text("answer"),
            0x09,
            text("mark"),
            Wire.userProperty("b", "1"),
            Wire.userProperty("a", "2"),
            Wire.userProperty("b", "3"));
    assertThat(edge.client(5, "p").publish("t", "text", 2, properties)).isZero();
    Received message = v5.message();
    assertThat(message.property(0x01)).containsExactly(1);
    assertThat(message.property(0x03)).containsExactly("text/plain");
    assertThat(message.property(0x08)).containsExactly("answer");
    assertThat(message.property(0x09)).containsExactly("mark");
    assertThat(message.property(0x26)).containsExactly("b=1", "a=2", "b=3");
    assertThat(message.property(0x0B)).containsExactly(9);
    assertThat(message.properties()).hasSize(6);
    assertThat(v4.message().payload()).isEqualTo("text");
  }

  @Proves(v5 = "MQTT-3.3.2-4")
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void payloadFormat_isToldAsItCame(int format) {
    RawClient subscriber = edge.client(5, "s");
    subscriber.subscribe(2, "#");
    RawClient publisher =
        edge.client(Wire.hello(5, "p").will("gone", "w", 0, false, bytes(1, format)));
    for (int qos = 0; qos <= 2; qos++) {
      assertThat(publisher.publish("t", "p", qos, bytes(0x01, format))).isZero();
      Received message = subscriber.message();
      assertThat(message.property(0x01)).containsExactly(format);
      assertThat(message.properties()).hasSize(1);
    }
    publisher.close();
    assertThat(subscriber.message().property(0x01)).containsExactly(format);
  }

  @Test
  void packetIdentifiers_goOnAfterAMessageIsComplete() {
    RawClient subscriber = edge.client(Wire.lasting(5, "s"));
    subscriber.subscribe(2, "t");
    RawClient publisher = edge.client(5, "p");
    for (int i = 1; i <= 4; i++) {
      assertThat(publisher.publish("t", "p", 1 + i % 2)).isZero();
      assertThat(subscriber.message().id()).isEqualTo(i);
    }
    subscriber.close();
    edge.awaitMetric("herald_mqtt_connections", 1);
    assertThat(publisher.publish("t", "p", 1)).isZero();
    assertThat(edge.client(Wire.lasting(5, "s")).message().id()).isEqualTo(5);
  }

  @Proves(v5 = {"MQTT-3.3.4-2", "MQTT-3.3.4-3", "MQTT-3.3.4-4", "MQTT-3.3.4-5"})
  @Test
  void subscriptions_thatOverlapBringOneCopy() {
    RawClient subscriber = edge.client(5, "s");
    subscriber.subscribe(Wire.identifier(1), 0, "a/#");
    subscriber.subscribe(Wire.identifier(268_435_455), 2, "a/+");
    subscriber.subscribe(Wire.identifier(3), 1, "a/b");
    subscriber.subscribe(1, "+/b");
    RawClient publisher = edge.client(5, "p");
    assertThat(publisher.publish("a/b", "both", 2)).isZero();
    Received message = subscriber.message();
    assertThat(message.qos()).as("the greatest QoS that matched").isEqualTo(2);
    assertThat(message.property(0x0B)).containsExactlyInAnyOrder(1, 268_435_455, 3);
    assertThat(publisher.publish("x/b", "last", 1)).isZero();
    Received last = subscriber.message();
    assertThat(last.payload()).as("no further copy").isEqualTo("last");
    assertThat(last.property(0x0B)).isEmpty();
  }

  @Test
  void noLocal_isForThePublisherOnly() {
    RawClient client = edge.client(5, "c");
    client.subscribe(0x04, "t");
    RawClient other = edge.client(5, "o");
    other.subscribe(0x04, "t");
    assertThat(client.publish("t", "mine", 1)).isZero();
    assertThat(other.message().payload()).isEqualTo("mine");
    assertThat(other.publish("t", "theirs", 1)).isZero();
    assertThat(client.message().payload()).isEqualTo("theirs");
    // a second filter without the option brings it
    client.subscribe(0x01, "#");
    assertThat(client.publish("t", "mine too", 1)).isZero();
    Received message = client.message();
    assertThat(message.payload()).isEqualTo("mine too");
    assertThat(message.qos()).isEqualTo(1);
  }

  @Test
  void subscribe_again_replacesTheSubscription() {
    RawClient client = edge.client(5, "c");
    assertThat(client.subscribe(Wire.identifier(1), 0, "t")).containsExactly(0);
    assertThat(client.subscribe(Wire.identifier(2), 2, "t")).containsExactly(2);
    assertThat(client.publish("t", "p", 2)).isZero();
    Received message = client.message();
    assertThat(message.qos()).isEqualTo(2);
    assertThat(message.property(0x0B)).containsExactly(2);
    client.expectNoMessage();
    assertThat(edge.metric("herald_subscriptions")).isEqualTo(1);
  }

  @Test
  void subscribe_again_losesNothingUnderAConstantStream() throws InterruptedException {
    RawClient subscriber = edge.client(5, "s");
    subscriber.subscribe(1, "t");
    RawClient publisher = edge.client(4, "p");
    int count = 4000;
    Thread stream =
        Thread.ofPlatform()
            .name("stream")
            .start(() -> {
              for (int i = 0; i < count; i++) {
                publisher.send(Wire.publish(4, 0, "t", 0, "" + i));
              }
            });
    for (int i = 0; i < 100; i++) {
      assertThat(subscriber.subscribe(Wire.identifier(1 + i), i % 3, "t")).hasSize(1);
    }
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      expected.add("" + i);
    }
    assertThat(subscriber.payloads(count)).isEqualTo(expected);
    stream.join();
  }

  @Proves(v5 = "MQTT-2.2.1-6")
  @Test
  void unsubscribe_tellsWhatThereWas() {
    RawClient client = edge.client(5, "c");
    client.subscribe(1, "a", "b/+", "$group/g");
    assertThat(client.unsubscribe("a", "x", "b/+", "b/+", "$group/g"))
        .containsExactly(0, 0x11, 0, 0x11, 0);
    assertThat(client.publish("a", "p", 1)).isEqualTo(Reason.NO_MATCHING_SUBSCRIBERS);
    RawClient old = edge.client(4, "o");
    old.subscribe(1, "a");
    assertThat(old.unsubscribe("a", "x")).isEmpty();
    assertThat(edge.metric("herald_subscriptions")).isZero();
  }

  @Proves(v5 = "MQTT-2.2.1-6")
  @Test
  void subscribe_everyFilterGetsItsCode() {
    RawClient client = edge.client(5, "c");
    assertThat(client.subscribe(2, "a", "$share/g/t", "$SYS/#", "#", "$group/+"))
        .containsExactly(2, 2, 0x8F, 2, 0x8F);
    RawClient old = edge.client(4, "o");
    assertThat(old.subscribe(1, "a", "$SYS/#", "b")).containsExactly(1, 0x80, 1);
  }

  @Test
  void dollarTopics_areNotForWildcards() {
    RawClient client = edge.client(5, "c");
    client.subscribe(1, "#", "+/g", "+/+");
    assertThat(client.publish("$group/g", "hello", 1)).isZero();
    client.expectNoMessage();
  }

  @Test
  void dollarTopics_clientsOf5AreTold() {
    RawClient client = edge.client(5, "c");
    client.subscribe(0, "#");
    assertThat(client.publish("$SYS/x", "p", 0)).isZero();
    assertThat(client.publish("$SYS/x", "p", 1)).isEqualTo(Reason.TOPIC_NAME_INVALID);
    assertThat(client.publish("$SYS/x", "p", 2)).isEqualTo(Reason.TOPIC_NAME_INVALID);
    assertThat(client.publish("$", "p", 1)).isEqualTo(Reason.TOPIC_NAME_INVALID);
    assertThat(client.publish("$group/", "p", 1)).isEqualTo(Reason.TOPIC_NAME_INVALID);
    assertThat(client.publish("$group/a/b", "p", 1)).isEqualTo(Reason.TOPIC_NAME_INVALID);
    client.expectNoMessage();
    assertThat(edge.dropped("refused")).isEqualTo(6);
  }

  @Test
  void dollarTopics_clientsOf311AreAcknowledged() {
    RawClient client = edge.client(4, "c");
    assertThat(client.publish("$SYS/x", "p", 1)).isZero();
    assertThat(client.publish("$SYS/x", "p", 2)).isZero();
    client.retain("$x", "p", 1);
    assertThat(edge.dropped("refused")).isEqualTo(3);
    assertThat(edge.metric("herald_retained_messages")).isZero();
  }

  @Proves(v5 = "MQTT-3.3.1-3")
  @Test
  void publish_theFlagOfARepetitionIsTheSendersOwn() {
    RawClient subscriber = edge.client(5, "s");
    subscriber.subscribe(2, "t");
    RawClient publisher = edge.client(5, "p");
    publisher.send(Wire.publish(5, 0b1010, "t", 1, Wire.NO_PROPERTIES, bytes("qos 1")));
    publisher.send(Wire.publish(5, 0b1100, "t", 2, Wire.NO_PROPERTIES, bytes("qos 2")));
    assertThat(subscriber.message().duplicate()).isFalse();
    assertThat(subscriber.message().duplicate()).isFalse();
  }

  @Proves(v5 = "MQTT-3.3.2-3")
  @Test
  void publish_goesToMatchingFiltersOnly() {
    RawClient client = edge.client(5, "c");
    client.subscribe(0, "a/+", "b/#", "c", "+/d/+");
    RawClient publisher = edge.client(5, "p");
    List<String> topics =
        List.of("a", "a/1", "a/1/2", "b", "b/1", "b/1/2", "c", "C", "c/", "x/d/", "d");
    topics.forEach(topic -> publisher.publish(topic, "p", 0));
    publisher.publish("c", "last", 0);
    List<String> received = new ArrayList<>();
    Received message = client.message();
    while (!message.payload().equals("last")) {
      received.add(message.topic());
      message = client.message();
    }
    assertThat(received).containsExactly("a/1", "b", "b/1", "b/1/2", "c", "x/d/");
  }

  /** Refused where the client can be told, else dropped and counted; the connection goes on. */
  @Test
  void payloadFormat_isCheckedIfItIsDeclared() {
    RawClient subscriber = edge.client(5, "s");
    subscriber.subscribe(2, "t");
    RawClient publisher = edge.client(5, "p");
    byte[] declared = bytes(0x01, 1);
    byte[] broken = bytes(0xC3, 0x28);
    publisher.send(Wire.publish(5, 0, "t", 0, declared, broken));
    publisher.send(Wire.publish(5, 0b0010, "t", 1, declared, broken));
    assertThat(publisher.await(PacketType.PUBACK).code()).isEqualTo(Reason.PAYLOAD_FORMAT_INVALID);
    publisher.send(Wire.publish(5, 0b0101, "t", 2, declared, broken));
    assertThat(publisher.await(PacketType.PUBREC).code()).isEqualTo(Reason.PAYLOAD_FORMAT_INVALID);
    assertThat(edge.dropped("refused")).isEqualTo(3);
    assertThat(edge.metric("herald_retained_messages")).isZero();

    publisher.send(Wire.publish(5, 0b0100, "t", 2, bytes(0x01, 0), broken));
    assertThat(publisher.await(PacketType.PUBREC).code()).as("the identifier is free").isZero();
    publisher.send(Wire.publish(5, 0, "t", 0, Wire.NO_PROPERTIES, broken));
    publisher.send(Wire.publish(5, 0, "t", 0, declared, bytes("\u00e9", 0)));
    assertThat(subscriber.payloads(3)).containsExactly("\ufffd(", "\ufffd(", "\u00e9\0");
  }

  @Test
  void apps_hearNothingOfEachOther() {
    RawClient a = edge.client(Wire.hello(5, "same").user("a/u"));
    RawClient b = edge.client(Wire.hello(5, "same").user("b/u"));
    RawClient none = edge.client(5, "same");
    for (RawClient client : List.of(a, b, none)) {
      client.subscribe(1, "#", "$group/g");
    }
    assertThat(edge.sessions()).isEqualTo(3);
    a.retain("t", "of a", 1);
    assertThat(a.publish("$group/g", "group of a", 1)).isZero();
    assertThat(a.payloads(2)).contains("of a");
    b.expectNoMessage();
    none.expectNoMessage();
    RawClient later = edge.client(Wire.hello(5, "later").user("b/u"));
    later.subscribe(1, "t");
    later.expectNoMessage();
    a.ping();
  }
}
