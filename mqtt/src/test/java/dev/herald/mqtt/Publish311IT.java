package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.mqtt.codec.PacketType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages of MQTT 3.1.1 (sections 2.3, 3.3 and 4.5). */
final class Publish311IT extends EdgeTest {
  @Test
  @Proves(v311 = {"MQTT-2.3.1-2", "MQTT-2.3.1-3"})
  void identifiers_ofOneClientAreItsOwnBusiness() {
    RawClient subscriber = edge.client(4, "s");
    subscriber.subscribe(2, "t");
    RawClient publisher = edge.client(4, "p");
    publisher.send(
        Wire.publish(4, 2, "t", 1, "first"),
        Wire.publish(4, 0b1100, "t", 1, Wire.NO_PROPERTIES, bytes("first")),
        Wire.publish(4, 0b1100, "t", 2, Wire.NO_PROPERTIES, bytes("first as another")),
        Wire.publish(4, 1, "t", 1, "QoS 1 beside it"),
        Wire.subscribe(4, 1, Wire.NO_PROPERTIES, 0, "own"));
    assertThat(publisher.await(PacketType.PUBREC).id()).isEqualTo(1);
    assertThat(publisher.await(PacketType.PUBREC).id()).isEqualTo(1);
    assertThat(publisher.await(PacketType.PUBREC).id()).isEqualTo(2);
    assertThat(publisher.await(PacketType.PUBACK).id()).isEqualTo(1);
    assertThat(publisher.await(PacketType.SUBACK).id()).isEqualTo(1);
    assertThat(subscriber.payloads(3))
        .containsExactly("first", "first as another", "QoS 1 beside it");
    subscriber.expectNoMessage();
  }

  @Test
  @Proves(v311 = {"MQTT-2.3.1-5", "MQTT-3.3.4-1"})
  void qos0_hasNoIdentifierAndNoAnswer() {
    RawClient client = edge.client(4, "c");
    client.subscribe(2, "t");
    client.send(Wire.publish(4, 0, "t", 0, "\u0000\u0001payload"));
    Received message = client.message();
    assertThat(message.payload()).as("all of it, both ways").isEqualTo("\u0000\u0001payload");
    assertThat(message.flags()).isZero();
    client.expectNoMessage();
  }

  @Test
  @Proves(v311 = {"MQTT-3.3.1-3", "MQTT-4.3.1-1"})
  void dup_ofThePublisherIsNotPassedOn() {
    RawClient subscriber = edge.client(4, "s");
    subscriber.subscribe(2, "t");
    RawClient publisher = edge.client(4, "p");
    for (int qos = 1; qos <= 2; qos++) {
      int _ = publisher.publish("t", "p", 8 | (qos << 1), Wire.NO_PROPERTIES);
      assertThat(subscriber.message().duplicate()).isFalse();
    }
  }

  @Test
  @Proves(v311 = {"MQTT-3.3.1-5", "MQTT-3.3.1-6", "MQTT-3.3.1-8", "MQTT-3.3.1-9"})
  void retained_isForLaterSubscribersAsItWasPublished() {
    RawClient early = edge.client(4, "early");
    early.subscribe(2, "r/#");
    RawClient publisher = edge.client(4, "p");
    for (int qos = 0; qos <= 2; qos++) {
      publisher.retain("r/" + qos, "old", qos);
      publisher.retain("r/" + qos, "" + qos, qos);
    }
    for (int i = 0; i < 6; i++) {
      assertThat(early.message().retained()).isFalse();
    }
    RawClient later = edge.client(4, "later");
    later.subscribe(2, "r/+");
    for (int qos = 0; qos <= 2; qos++) {
      Received message = later.message();
      assertThat(message.payload()).as("the last one").isEqualTo(message.topic().substring(2));
      assertThat(message.qos()).hasToString(message.payload());
      assertThat(message.retained()).isTrue();
    }
    later.expectNoMessage();
  }

  @Test
  @Proves(v311 = "MQTT-3.3.1-7")
  void retained_ofQos0TakesTheOldOnesPlace() {
    RawClient publisher = edge.client(4, "p");
    publisher.retain("r", "old", 2);
    publisher.retain("r", "new", 0);
    publisher.ping();
    RawClient later = edge.client(4, "later");
    later.subscribe(2, "r");
    assertThat(later.message().payload()).isEqualTo("new");
    later.expectNoMessage();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  @Proves(v311 = {"MQTT-3.3.1-10", "MQTT-3.3.1-11"})
  void retained_emptyOneIsRelayedAndRemoves(int qos) {
    RawClient publisher = edge.client(4, "p");
    publisher.retain("r", "old", 1);
    RawClient early = edge.client(4, "early");
    early.subscribe(2, "r");
    assertThat(early.message().payload()).isEqualTo("old");
    publisher.retain("r", "", qos);
    publisher.retain("never there", "", qos);
    publisher.ping();
    Received empty = early.message();
    assertThat(empty.payload()).isEmpty();
    assertThat(empty.retained()).isFalse();
    RawClient later = edge.client(4, "later");
    later.subscribe(2, "r", "#");
    later.expectNoMessage();
    assertThat(edge.metric("herald_retained_messages")).isZero();
  }

  @Test
  @Proves(v311 = "MQTT-3.3.1-12")
  void retained_isNotTouchedByAPublishWithout() {
    RawClient publisher = edge.client(4, "p");
    publisher.retain("r", "kept", 1);
    assertThat(publisher.publish("r", "passing", 1)).isZero();
    assertThat(publisher.publish("r", "", 1)).isZero();
    assertThat(publisher.publish("other", "passing", 1)).isZero();
    RawClient later = edge.client(4, "later");
    later.subscribe(2, "#");
    assertThat(later.message().payload()).isEqualTo("kept");
    later.expectNoMessage();
  }

  @Test
  @Proves(v311 = {"MQTT-3.3.5-1", "MQTT-3.8.4-6"})
  void overlap_bringsTheGreatestQosOnce() {
    RawClient subscriber = edge.client(4, "s");
    subscriber.subscribe(0, "a/#");
    subscriber.subscribe(2, "a/+");
    subscriber.subscribe(1, "+/b");
    RawClient publisher = edge.client(4, "p");
    for (int qos = 0; qos <= 2; qos++) {
      assertThat(publisher.publish("a/b", "" + qos, qos)).isZero();
      Received message = subscriber.message();
      assertThat(message.qos()).isEqualTo(qos);
      assertThat(publisher.publish("x/b", "x", qos)).isZero();
      assertThat(subscriber.message().qos()).isEqualTo(Math.min(qos, 1));
      assertThat(publisher.publish("a/x/y", "y", qos)).isZero();
      assertThat(subscriber.message().qos()).isZero();
    }
    subscriber.expectNoMessage();
  }

  @Test
  @Proves(v311 = "MQTT-3.3.5-2")
  void refused_isAcknowledgedAndDroppedOrEndsTheConnection() {
    restart("retainedMessagesMax", "0");
    RawClient witness = edge.client(4, "w");
    witness.subscribe(0, "#");
    RawClient client = edge.client(4, "c");
    for (int qos = 0; qos <= 2; qos++) {
      assertThat(client.publish("$SYS/x", "p", qos)).isZero();
    }
    client.send(Wire.publish(4, 0b0011, "r", 1, Wire.NO_PROPERTIES, bytes("p")));
    client.expectClosed();
    witness.expectNoMessage();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  @Proves(v311 = "MQTT-4.8.0-2")
  void transientError_endsTheConnection(int qos) {
    edge.store.refuse(dev.herald.core.error.ErrorCode.STORE_UNAVAILABLE);
    RawClient client = edge.client(4, "c");
    client.send(Wire.publish(4, qos, "$group/g", 1, "p"));
    client.expectClosed();
    log.expect("journal.batch_failed");
  }

  @Test
  @Proves(v311 = "MQTT-4.5.0-1")
  void message_isAddedToEverySessionThatMatches() {
    RawClient connected = edge.client(4, "connected");
    RawClient away = edge.client(Wire.hello(4, "away").resume());
    RawClient other = edge.client(Wire.hello(4, "other").resume());
    connected.subscribe(1, "a/b");
    away.subscribe(1, "a/+");
    other.subscribe(1, "b/#");
    away.disconnect();
    other.disconnect();
    assertThat(edge.client(4, "p").publish("a/b", "p", 1)).isZero();
    assertThat(connected.message().payload()).isEqualTo("p");
    assertThat(edge.client(Wire.hello(4, "away").resume()).message().payload()).isEqualTo("p");
    edge.client(Wire.hello(4, "other").resume()).expectNoMessage();
  }

  @Test
  @Proves(v311 = "MQTT-7.0.0-1")
  void server_isNoClient() throws IOException {
    Path classes = Path.of("target", "classes");
    try (Stream<Path> files = Files.walk(classes)) {
      List<Path> all = files.filter(file -> file.toString().endsWith(".class")).toList();
      assertThat(all).hasSizeGreaterThan(20);
      for (Path file : all) {
        String constants = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        assertThat(constants)
            .as(file.toString())
            .doesNotContain(
                "io/netty/bootstrap/Bootstrap", "java/net/Socket;", "SocketChannel.open");
      }
    }
  }
}
