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
import org.junit.jupiter.params.provider.ValueSource;

/** What a session sends again, and how much at once (sections 4.1, 4.4, 4.6 and 4.9). */
final class RedeliveryIT extends EdgeTest {
  /**
   * QoS 1 and 2 in every state: sent, acknowledged, received, completed; over three connections.
   */
  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  @Proves(
      v5 = {
        "MQTT-3.3.1-1",
        "MQTT-4.1.0-1",
        "MQTT-4.3.2-3",
        "MQTT-4.3.3-3",
        "MQTT-4.3.3-5",
        "MQTT-4.3.3-6",
        "MQTT-4.4.0-1",
        "MQTT-4.5.0-2",
        "MQTT-4.6.0-1"
      },
      v311 = {
        "MQTT-2.3.1-4",
        "MQTT-3.3.1-1",
        "MQTT-4.1.0-1",
        "MQTT-4.3.2-1",
        "MQTT-4.3.3-1",
        "MQTT-4.4.0-1",
        "MQTT-4.5.0-2",
        "MQTT-4.6.0-1"
      })
  void resume_sendsAgainInOrderWithTheSameIdentifiers(int version) {
    Wire.Hello hello = Wire.lasting(version, "c");
    RawClient publisher = edge.client(5, "p");
    List<Received> sent = leaveIncomplete(hello, publisher);
    int received = sent.get(3).id();

    RawClient second = edge.client(hello).silent();
    assertThat(second.connack().sessionPresent()).isTrue();
    List<String> again = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Received packet = second.next();
      again.add(describe(packet));
    }
    assertThat(again)
        .containsExactly(
            publish(sent.get(0)),
            publish(sent.get(1)),
            "6 " + received,
            publish(sent.get(4)),
            publish(sent.get(6)),
            publish(sent.get(7)));
    second.send(Wire.ack(PacketType.PUBCOMP, received));
    int _ = publisher.publish("t", "8", 1);
    assertThat(describe(second.message())).startsWith("3 8 dup false");
    second.close();
    edge.awaitMetric("herald_mqtt_connections", 1);

    RawClient third = edge.client(hello);
    assertThat(third.payloads(6)).containsExactly("0", "1", "4", "6", "7", "8");
    third.expectNoMessage();
    third.disconnect();
    edge.client(hello).expectNoMessage();
  }

  /**
   * Sends a client eight messages, QoS 1 and 2 in turns, of which it acknowledges the third, has
   * received the fourth and completes the sixth; then it is gone.
   */
  private List<Received> leaveIncomplete(Wire.Hello hello, RawClient publisher) {
    RawClient client = edge.client(hello).silent();
    client.subscribe(2, "t");
    List<Received> sent = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      int _ = publisher.publish("t", "" + i, 1 + i % 2);
      sent.add(client.message());
    }
    int received = sent.get(3).id();
    int completed = sent.get(5).id();
    client.send(
        Wire.ack(PacketType.PUBACK, sent.get(2).id()),
        Wire.ack(PacketType.PUBREC, received),
        Wire.ack(PacketType.PUBREC, completed));
    assertThat(client.await(PacketType.PUBREL).id()).isEqualTo(received);
    assertThat(client.await(PacketType.PUBREL).id()).isEqualTo(completed);
    client.send(Wire.ack(PacketType.PUBCOMP, completed));
    client.expectNoMessage();
    client.close();
    edge.awaitMetric("herald_mqtt_connections", 1);
    return sent;
  }

  private static String publish(Received first) {
    return "3 " + first.payload() + " dup true qos " + first.qos() + " id " + first.id();
  }

  private static String describe(Received packet) {
    return packet.type() == PacketType.PUBLISH
        ? "3 "
            + packet.payload()
            + " dup "
            + packet.duplicate()
            + " qos "
            + packet.qos()
            + " id "
            + packet.id()
        : packet.type() + " " + packet.id();
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  @Proves(v5 = "MQTT-4.4.0-1", v311 = "MQTT-4.4.0-1")
  void nothing_isSentAgainOnTheSameConnection(int version) {
    RawClient client = edge.client(version, "c").silent();
    client.subscribe(2, "t");
    RawClient publisher = edge.client(5, "p");
    int _ = publisher.publish("t", "1", 1);
    int _ = publisher.publish("t", "2", 2);
    assertThat(client.payloads(2)).containsExactly("1", "2");
    edge.pass(10_000);
    client.expectNoMessage();
  }

  @Test
  @Proves(v5 = "MQTT-4.3.3-7")
  void expiry_doesNotTouchWhatWasSent() {
    Wire.Hello hello = Wire.hello(5, "c").resume().sessionExpiry(10_000);
    RawClient client = edge.client(hello).silent();
    client.subscribe(2, "t");
    RawClient publisher = edge.client(5, "p");
    for (int qos = 1; qos <= 2; qos++) {
      int _ = publisher.publish("t", "sent " + qos, qos << 1, Wire.expiry(10));
    }
    assertThat(client.payloads(2)).containsExactly("sent 1", "sent 2");
    client.close();
    edge.awaitMetric("herald_mqtt_connections", 1);
    int _ = publisher.publish("t", "waits", 4, Wire.expiry(10));
    edge.pass(100);
    RawClient again = edge.client(hello);
    assertThat(again.payloads(2)).containsExactly("sent 1", "sent 2");
    again.expectNoMessage();
    assertThat(edge.dropped("expired")).isEqualTo(1);
  }

  @Test
  @Proves(v5 = "MQTT-4.1.0-2")
  void session_isDiscardedWhenItsExpiryIsOver() {
    Wire.Hello hello = Wire.hello(5, "c").resume().sessionExpiry(100);
    RawClient client = edge.client(hello).silent();
    client.subscribe(1, "t");
    int _ = edge.client(5, "p").publish("t", "p", 1);
    assertThat(client.message().payload()).isEqualTo("p");
    client.close();
    edge.awaitMetric("herald_mqtt_connections", 1);
    edge.pass(101);
    edge.awaitMetric("herald_mqtt_sessions", 1);
    RawClient again = edge.client(hello);
    assertThat(again.connack().sessionPresent()).isFalse();
    again.expectNoMessage();
    assertThat(edge.metric("herald_subscriptions")).isZero();
  }

  @Test
  @Proves(v5 = "MQTT-4.5.0-1")
  void message_isAddedToEverySessionThatMatches() {
    RawClient away = edge.client(Wire.lasting(5, "away"));
    RawClient here = edge.client(5, "here");
    RawClient other = edge.client(5, "other");
    away.subscribe(2, "a/+");
    here.subscribe(0, "#");
    other.subscribe(2, "b");
    away.disconnect();
    for (int qos = 1; qos <= 2; qos++) {
      assertThat(edge.client(5, "p").publish("a/b", "" + qos, qos)).isZero();
      assertThat(here.message().payload()).isEqualTo("" + qos);
    }
    assertThat(edge.client(Wire.lasting(5, "away")).payloads(2)).containsExactly("1", "2");
    other.expectNoMessage();
  }

  @Test
  @Proves(v5 = "MQTT-3.1.2-25")
  void resume_leavesOutWhatTheClientTakesNoMore() {
    Wire.Hello hello = Wire.lasting(5, "c").maximumPacketSize(1000);
    RawClient client = edge.client(hello).silent();
    client.subscribe(2, "t");
    RawClient publisher = edge.client(5, "p");
    for (String payload : List.of("1", "x".repeat(500), "2")) {
      int _ = publisher.publish("t", payload, 2);
      assertThat(client.message().payload()).isEqualTo(payload);
    }
    client.close();
    edge.awaitMetric("herald_mqtt_connections", 1);
    int _ = publisher.publish("t", "y".repeat(500), 1);
    int _ = publisher.publish("t", "3", 1);
    RawClient smaller = edge.client(Wire.lasting(5, "c").maximumPacketSize(100));
    assertThat(smaller.payloads(3)).containsExactly("1", "2", "3");
    smaller.expectNoMessage();
    assertThat(edge.dropped("packet_too_large")).isEqualTo(2);
    smaller.disconnect();
    edge.client(hello).expectNoMessage();
  }

  @Test
  @Proves(v5 = "MQTT-3.1.2-25")
  void takeOver_whatIsLeftOutFreesItsPlaceInAConsumerGroup() {
    RawClient first = edge.client(Wire.lasting(5, "c").receiveMaximum(1)).silent();
    assertThat(first.subscribe(1, "$share/g/t")).containsExactly(1);
    RawClient publisher = edge.client(5, "p");
    int large = publisher.post("t", "x".repeat(500), 1);
    int next = publisher.post("t", "next", 1);
    assertThat(first.message().payload()).hasSize(500);
    RawClient second = edge.client(Wire.lasting(5, "c").receiveMaximum(1).maximumPacketSize(100));
    assertThat(second.connack().sessionPresent()).isTrue();
    assertThat(second.message().payload()).isEqualTo("next");
    second.expectNoMessage();
    assertThat(publisher.outcome(large)).isEqualTo(0x83);
    assertThat(publisher.outcome(next)).isZero();
    assertThat(edge.dropped("packet_too_large")).isEqualTo(1);
  }

  // ---- flow control

  @Test
  @Proves(v5 = {"MQTT-4.9.0-1", "MQTT-4.9.0-2", "MQTT-4.9.0-3", "MQTT-3.3.4-9", "MQTT-3.3.4-10"})
  void quota_holdsBackMessagesAndNothingElse() {
    Wire.Hello hello = Wire.lasting(5, "c").receiveMaximum(2);
    RawClient client = edge.client(hello).silent();
    client.subscribe(2, "t");
    RawClient publisher = edge.client(5, "p");
    for (int i = 0; i < 6; i++) {
      int _ = publisher.publish("t", "" + i, 1 + i % 2);
    }
    int zero = client.message().id();
    int one = client.message().id();
    client.expectNoMessage();
    // every other packet is obeyed and answered
    assertThat(publisher.publish("t", "at most once", 0)).isZero();
    assertThat(client.message().payload()).isEqualTo("at most once");
    assertThat(client.subscribe(0, "u")).containsExactly(0);
    assertThat(client.unsubscribe("u")).containsExactly(0);
    assertThat(client.publish("v", "p", 2)).isEqualTo(Reason.NO_MATCHING_SUBSCRIBERS);
    client.send(Wire.ack(PacketType.PUBREC, one));
    assertThat(client.await(PacketType.PUBREL).id()).isEqualTo(one);
    client.expectNoMessage();
    // each completion makes room for one
    client.send(Wire.ack(PacketType.PUBCOMP, one));
    int two = client.message().id();
    client.expectNoMessage();
    client.send(Wire.packet(0x40, u16(two), 0x97));
    int three = client.message().id();
    client.expectNoMessage();
    client.send(Wire.packet(0x50, u16(three), 0x97));
    assertThat(client.message().payload()).isEqualTo("4");
    client.expectNoMessage();
    // completions of nothing make none
    client.send(
        Wire.ack(PacketType.PUBACK, three),
        Wire.ack(PacketType.PUBCOMP, one),
        Wire.ack(PacketType.PUBACK, 60_000));
    client.expectNoMessage();
    client.send(Wire.ack(PacketType.PUBACK, zero));
    assertThat(client.message().payload()).isEqualTo("5");
    client.close();
    edge.awaitMetric("herald_mqtt_connections", 1);
    // the quota begins anew with each connection
    RawClient again = edge.client(Wire.lasting(5, "c").receiveMaximum(1)).silent();
    int four = again.message().id();
    again.expectNoMessage();
    again.send(Wire.ack(PacketType.PUBACK, four));
    assertThat(again.message().payload()).isEqualTo("5");
  }

  @Test
  @Proves(v5 = {"MQTT-3.3.4-7", "MQTT-4.13.1-1"})
  void quota_ofTheServerIsTheClientsToKeep() {
    restart("receiveMax", "3");
    RawClient client = edge.client(Wire.lasting(5, "c"));
    for (int id = 1; id <= 3; id++) {
      client.send(Wire.publish(5, 2, "t", id, "p"));
      Received _ = client.await(PacketType.PUBREC);
    }
    client.close();
    // what the session knows may be sent again, and is not counted twice
    RawClient again = edge.client(Wire.lasting(5, "c"));
    for (int id = 1; id <= 3; id++) {
      again.send(Wire.publish(5, 0b1100, "t", id, Wire.NO_PROPERTIES, bytes("p")));
      assertThat(again.await(PacketType.PUBREC).id()).isEqualTo(id);
    }
    // but DUP makes nothing known
    again.send(Wire.publish(5, 0b1100, "t", 4, Wire.NO_PROPERTIES, bytes("p")));
    again.expectEnd(Reason.RECEIVE_MAXIMUM_EXCEEDED);
  }
}
