package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static dev.herald.mqtt.codec.Bytes.u16;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Topic aliases that clients set, and those the server sets (5.0 section 3.3.2.3.4). */
final class TopicAliasIT extends EdgeTest {
  private static final int TOPIC_ALIAS = 0x23;

  @Proves(v5 = "MQTT-3.3.2-12")
  @Test
  void inbound_standsForATopic() {
    RawClient subscriber = edge.client(5, "s");
    subscriber.subscribe(1, "#");
    RawClient publisher = edge.client(5, "p");
    assertThat(publisher.publish("a", "1", 2, Wire.alias(32))).isZero();
    assertThat(publisher.publish("b", "2", 2, Wire.alias(1))).isZero();
    assertThat(publisher.publish("", "3", 2, Wire.alias(32))).isZero();
    assertThat(publisher.publish("c", "4", 2, Wire.alias(32))).isZero();
    assertThat(publisher.publish("", "5", 2, Wire.alias(32))).isZero();
    assertThat(publisher.publish("", "6", 2, Wire.alias(1))).isZero();
    List<String> received = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Received message = subscriber.message();
      assertThat(message.property(0x23)).isEmpty();
      received.add(message.topic() + message.payload());
    }
    assertThat(received).containsExactly("a1", "b2", "a3", "c4", "c5", "b6");
  }

  @Proves(v5 = {"MQTT-3.2.2-17", "MQTT-3.3.2-8", "MQTT-3.3.2-9"})
  @ParameterizedTest
  @CsvSource({"0, t, 0x94", "33, t, 0x94", "65535, t, 0x94", "1, '', 0x82"})
  void inbound_outOfBoundsOrUnknown(int alias, String topic, int reason) {
    RawClient client = edge.client(5, "p");
    client.send(Wire.publish(5, 0, topic, 0, Wire.alias(alias), bytes("p")));
    client.expectEnd(reason);
  }

  @Proves(v5 = {"MQTT-3.2.2-18", "MQTT-3.3.2-9"})
  @Test
  void inbound_noneIfNoneAreOffered() {
    restart("topicAliasMax", "0");
    RawClient client = edge.client(5, "p");
    assertThat(client.connack().property(0x22)).isEmpty();
    client.send(Wire.publish(5, 0, "t", 0, Wire.alias(1), bytes("p")));
    client.expectEnd(Reason.TOPIC_ALIAS_INVALID);
  }

  @Proves(v5 = "MQTT-3.3.2-12")
  @Test
  void inbound_everyOneUpToTheMaximum() {
    restart("topicAliasMax", "300");
    RawClient subscriber = edge.client(5, "s");
    subscriber.subscribe(0, "#");
    RawClient publisher = edge.client(5, "p");
    assertThat(publisher.connack().property(0x22)).containsExactly(300);
    for (int alias = 1; alias <= 300; alias++) {
      publisher.send(Wire.publish(5, 0, "t/" + alias, 0, Wire.alias(alias), bytes("set")));
    }
    for (int alias = 1; alias <= 300; alias++) {
      publisher.send(Wire.publish(5, 0, "", 0, Wire.alias(alias), bytes("used")));
    }
    for (int i = 0; i < 600; i++) {
      assertThat(subscriber.message().topic()).isEqualTo("t/" + (i % 300 + 1));
    }
  }

  @Proves(v5 = "MQTT-3.3.2-7")
  @Test
  void inbound_endsWithItsConnection() {
    RawClient client = edge.client(Wire.hello(5, "p").resume().sessionExpiry(60));
    assertThat(client.publish("a", "1", 2, Wire.alias(1))).isEqualTo(0x10);
    client.close();
    RawClient again = edge.client(Wire.hello(5, "p").resume().sessionExpiry(60));
    assertThat(again.connack().sessionPresent()).isTrue();
    again.send(Wire.publish(5, 0, "", 0, Wire.alias(1), bytes("p")));
    again.expectEnd(Reason.PROTOCOL_ERROR);
  }

  @Proves(v5 = {"MQTT-3.1.2-26", "MQTT-3.3.2-10", "MQTT-3.3.2-11"})
  @Test
  void outbound_upToTheClientsMaximum() {
    RawClient subscriber = edge.client(Wire.hello(5, "s").topicAliases(2));
    subscriber.subscribe(2, "#");
    RawClient publisher = edge.client(5, "p");
    List<String> received = new ArrayList<>();
    for (String topic : List.of("home/a", "home/a", "home/b", "home/c", "home/c", "home/a")) {
      for (int qos = 0; qos <= 2; qos++) {
        assertThat(publisher.publish(topic, "p", qos)).isZero();
        Received message = subscriber.message();
        received.add(message.topic() + message.property(TOPIC_ALIAS));
      }
    }
    assertThat(received)
        .containsExactly(
            "home/a[1]",
            "[1]",
            "[1]",
            "[1]",
            "[1]",
            "[1]", // set once, then used
            "home/b[2]",
            "[2]",
            "[2]", // the second
            "home/c[1]",
            "[1]",
            "[1]",
            "[1]",
            "[1]",
            "[1]", // in place of the first
            "home/a[2]",
            "[2]",
            "[2]");
  }

  @Proves(v5 = {"MQTT-3.1.2-27", "MQTT-3.3.2-11"})
  @Test
  void outbound_noneForWhoTakesNone() {
    RawClient absent = edge.client(5, "absent");
    RawClient zero = edge.client(Wire.hello(5, "zero").topicAliases(0));
    RawClient old = edge.client(4, "old");
    RawClient publisher = edge.client(5, "p");
    for (RawClient client : List.of(absent, zero, old)) {
      client.subscribe(0, "home/+");
    }
    for (int i = 0; i < 3; i++) {
      assertThat(publisher.publish("home/a", "p", 0, Wire.alias(7))).isZero();
      for (RawClient client : List.of(absent, zero, old)) {
        Received message = client.message();
        assertThat(message.topic()).isEqualTo("home/a");
        assertThat(message.properties()).isEmpty();
      }
    }
  }

  @Proves(v5 = {"MQTT-3.3.2-7", "MQTT-3.3.2-11"})
  @Test
  void outbound_endsWithTheConnection() {
    Wire.Hello lasting = Wire.hello(5, "s").resume().sessionExpiry(60).topicAliases(9);
    RawClient subscriber = edge.client(lasting).silent();
    subscriber.subscribe(1, "#");
    RawClient publisher = edge.client(5, "p");
    for (int i = 0; i < 2; i++) {
      assertThat(publisher.publish("home/a", "p" + i, 1)).isZero();
    }
    assertThat(subscriber.message().topic()).isEqualTo("home/a");
    Received second = subscriber.message();
    assertThat(second.topic()).isEmpty();
    subscriber.close();

    RawClient again = edge.client(lasting);
    Received first = again.message();
    assertThat(first.topic()).as("sent again in full").isEqualTo("home/a");
    assertThat(first.duplicate()).isTrue();
    assertThat(again.message().payload()).isEqualTo("p1");

    again.close();
    edge.awaitMetric("herald_mqtt_connections", 1);
    assertThat(publisher.publish("home/a", "p2", 1)).isZero();
    RawClient withoutAliases = edge.client(Wire.hello(5, "s").resume().sessionExpiry(60));
    Received last = withoutAliases.message();
    assertThat(last.topic() + last.property(TOPIC_ALIAS)).isEqualTo("home/a[]");
  }

  /** The packet with topic and alias may be too large where the one without an alias is not. */
  @Proves(v5 = "MQTT-3.1.2-24")
  @Test
  void outbound_neverMakesAPacketTooLarge() {
    RawClient subscriber = edge.client(Wire.hello(5, "s").topicAliases(2).maximumPacketSize(60));
    subscriber.subscribe(0, "#");
    RawClient publisher = edge.client(5, "p");
    int plain = Wire.publish(5, 0, "home/a", 0, "").length;
    for (int payload = 60 - plain - 8; payload <= 60 - plain; payload++) {
      String topic = "home/" + (payload % 10);
      assertThat(publisher.publish(topic, "x".repeat(payload), 0)).isZero();
      Received message = subscriber.message();
      assertThat(message.topic()).isEqualTo(topic);
      assertThat(message.payload()).hasSize(payload);
      assertThat(message.size()).isLessThanOrEqualTo(60);
    }
  }

  @Test
  void outbound_boundedByTheServersMaximum() {
    restart("topicAliasMax", "1");
    RawClient subscriber = edge.client(Wire.hello(5, "s").topicAliases(65_535));
    subscriber.subscribe(0, "#");
    RawClient publisher = edge.client(5, "p");
    for (String topic : List.of("home/a", "home/b", "home/c")) {
      assertThat(publisher.publish(topic, "p", 0)).isZero();
      assertThat(subscriber.message().property(TOPIC_ALIAS)).containsExactly(1);
    }
    restart("topicAliasMax", "0");
    RawClient other = edge.client(Wire.hello(5, "s").with(0x22, u16(65_535)));
    other.subscribe(0, "#");
    assertThat(edge.client(5, "p").publish("home/a", "p", 0)).isZero();
    assertThat(other.await(PacketType.PUBLISH).property(TOPIC_ALIAS)).isEmpty();
  }
}
