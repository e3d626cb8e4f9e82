package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static dev.herald.mqtt.codec.Bytes.text;
import static dev.herald.mqtt.codec.Bytes.u16;
import static dev.herald.mqtt.codec.Bytes.u32;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** DISCONNECT, AUTH, PINGREQ and errors of MQTT 5 (sections 3.12 to 3.15, 4.2, 4.12, 4.13). */
final class EndIT extends EdgeTest {
  private static final int SESSION_EXPIRY = 0x11;
  private static final int REASON_STRING = 0x1F;
  private static final int AUTHENTICATION_METHOD = 0x15;

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  @Proves(
      v5 = {"MQTT-3.12.4-1", "MQTT-4.2-1"},
      v311 = "MQTT-3.12.4-1")
  void pingreq_isAnsweredEachTime(int version) {
    RawClient client = edge.client(version, "c");
    byte[] many = {};
    for (int i = 0; i < 100; i++) {
      many = bytes(many, Wire.PINGREQ);
    }
    client.send(many);
    for (int i = 0; i < 100; i++) {
      Received answer = client.await(PacketType.PINGRESP);
      assertThat(answer.size()).isEqualTo(2);
    }
    client.send(Wire.packet(0xC0, 0));
    client.expectEnd(Reason.MALFORMED_PACKET);
  }

  // ---- DISCONNECT from the client

  @ParameterizedTest
  @ValueSource(ints = {-1, 0x00})
  @Proves(v5 = {"MQTT-3.14.4-3", "MQTT-3.14.4-2", "MQTT-3.1.2-10"})
  void disconnect_normalOneDiscardsTheWill(int reason) {
    RawClient witness = edge.client(5, "witness");
    witness.subscribe(0, "#");
    RawClient client = edge.client(Wire.lasting(5, "c").will("w", "m", 0, false));
    client.send(reason < 0 ? Wire.packet(0xE0) : Wire.packet(0xE0, reason));
    client.expectClosed();
    edge.awaitMetric("herald_mqtt_connections", 1);
    edge.pass(2000);
    edge.awaitMetric("herald_mqtt_sessions", 1);
    witness.expectNoMessage();
  }

  @Test
  void disconnect_withWillObeysTheDelay() {
    RawClient witness = edge.client(5, "witness");
    witness.subscribe(0, "w");
    RawClient client =
        edge.client(Wire.hello(5, "c").resume().sessionExpiry(1000).willAfter(100, "w", "late"));
    client.send(Wire.packet(0xE0, 0x04));
    client.expectClosed();
    edge.pass(98);
    witness.expectNoMessage();
    edge.pass(4);
    assertThat(witness.message().payload()).isEqualTo("late");
  }

  @Test
  void disconnect_thatEndsTheSessionSendsItsWillAtOnce() {
    RawClient witness = edge.client(5, "witness");
    witness.subscribe(0, "w");
    RawClient client =
        edge.client(Wire.hello(5, "c").resume().sessionExpiry(1000).willAfter(100, "w", "now"));
    client.send(Wire.disconnect(0x04, bytes(SESSION_EXPIRY, u32(0))));
    client.expectClosed();
    assertThat(witness.message().payload()).isEqualTo("now");
    edge.awaitMetric("herald_mqtt_sessions", 1);
  }

  @ParameterizedTest
  @CsvSource({"0xE1, 0x81", "0xEF, 0x81"})
  @Proves(v5 = {"MQTT-3.14.1-1", "MQTT-4.13.1-1"})
  void disconnect_withReservedBitsIsMalformed(int firstByte, int reason) {
    RawClient client = edge.client(5, "c");
    client.send(Wire.packet(firstByte));
    client.expectEnd(reason);
  }

  @ParameterizedTest
  @ValueSource(ints = {0x01, 0x10, 0x87, 0x8B, 0x8D, 0x8E, 0x9C, 0xFF})
  @Proves(v5 = "MQTT-3.14.2-1")
  void disconnect_withAReasonCodeOfTheServerIsAProtocolError(int code) {
    RawClient client = edge.client(5, "c");
    client.send(Wire.packet(0xE0, code));
    client.expectEnd(Reason.PROTOCOL_ERROR);
  }

  @Test
  @Proves(v5 = "MQTT-3.14.4-1")
  void disconnect_nothingBehindItIsObeyed() {
    RawClient witness = edge.client(5, "witness");
    witness.subscribe(0, "#");
    RawClient client = edge.client(5, "c");
    client.send(
        Wire.packet(0xE0),
        Wire.publish(5, 0, "t", 0, "late"),
        Wire.PINGREQ,
        Wire.hello(5, "d").toBytes());
    client.expectClosed();
    edge.awaitMetric("herald_mqtt_connections", 1);
    witness.expectNoMessage();
  }

  // ---- DISCONNECT from the server

  @Test
  @Proves(v5 = {"MQTT-3.14.0-1", "MQTT-4.13.2-1"})
  void server_saysNoDisconnectBeforeAConnackThatAccepts() {
    RawClient first = edge.open(5);
    first.send(Wire.PINGREQ);
    first.expectClosed();
    RawClient silent = edge.open(5);
    edge.awaitMetric("herald_mqtt_connections", 1);
    edge.pass(30);
    silent.expectClosed();
    RawClient refused = edge.open(5);
    refused.send(Wire.hello(5, "c".repeat(1025)).toBytes(), Wire.packet(0xE0));
    assertThat(refused.await(PacketType.CONNACK).code()).isEqualTo(0x85);
    refused.expectClosed();
    RawClient stopped = edge.open(5);
    edge.awaitMetric("herald_mqtt_connections", 1);
    edge.close();
    stopped.expectClosed();
  }

  @ParameterizedTest
  @ValueSource(ints = {0x81, 0x82, 0x8B, 0x8D, 0x8E, 0x8F, 0x90, 0x93, 0x94, 0x95, 0x97})
  @Proves(
      v5 = {
        "MQTT-3.14.2-1",
        "MQTT-3.14.2-2",
        "MQTT-3.14.2-4",
        "MQTT-3.14.4-1",
        "MQTT-3.14.4-2",
        "MQTT-4.13.1-1",
        "MQTT-4.13.2-1"
      })
  void server_saysWhyAndCloses(int reason) {
    restart("queueBytesMax", "64KiB", "receiveMax", "2", "packetBytesMax", "20KiB");
    RawClient client = edge.client(Wire.lasting(5, "c").keepAlive(100).receiveMaximum(1)).silent();
    client.subscribe(1, "t");
    provoke(client, reason);
    Received told = client.await(PacketType.DISCONNECT);
    assertThat(told.code()).isEqualTo(reason);
    assertThat(told.flags()).isZero();
    assertThat(told.property(REASON_STRING)).hasSize(1);
    assertThat(told.properties()).as("nothing but the reason string").hasSize(1);
    client.expectClosed();
  }

  private void provoke(RawClient client, int reason) {
    switch (reason) {
      case 0x81 -> client.send(Wire.packet(0xC1));
      case 0x82 -> client.send(Wire.packet(0xF0));
      case 0x8B -> edge.close();
      case 0x8D -> edge.pass(200);
      case 0x8E -> edge.client(Wire.lasting(5, "c")).ping();
      case 0x8F -> client.send(Wire.subscribe(5, 1, Wire.NO_PROPERTIES, 0, "a#"));
      case 0x90 -> client.send(Wire.publish(5, 0, "#", 0, "p"));
      case 0x93 ->
          client.send(
              Wire.publish(5, 2, "t", 1, "p"),
              Wire.publish(5, 2, "t", 2, "p"),
              Wire.publish(5, 2, "t", 3, "p"));
      case 0x94 -> client.send(Wire.publish(5, 0, "t", 0, Wire.alias(999), bytes("p")));
      case 0x95 -> client.send(Wire.publish(5, 0, "t", 0, "p".repeat(30_000)));
      case 0x97 -> {
        RawClient publisher = edge.client(5, "p");
        for (int i = 0; i < 8; i++) {
          int _ = publisher.publish("t", "p".repeat(10_000), 1);
        }
      }
      default -> throw new AssertionError(reason);
    }
    if (reason == 0x93) {
      Received _ = client.await(PacketType.PUBREC);
      Received _ = client.await(PacketType.PUBREC);
    }
  }

  @Test
  @Proves(v5 = "MQTT-3.14.2-3")
  void server_leavesOutAReasonThatWouldBeTooLarge() {
    RawClient client = edge.client(Wire.hello(5, "c").maximumPacketSize(40));
    client.send(Wire.packet(0xF0));
    Received told = client.expectEnd(Reason.PROTOCOL_ERROR);
    assertThat(told.hasReasonString()).isFalse();
    assertThat(told.size()).isEqualTo(3);
  }

  @Test
  @Proves(
      v5 = {
        "MQTT-3.4.2-2",
        "MQTT-3.4.2-3",
        "MQTT-3.5.2-2",
        "MQTT-3.5.2-3",
        "MQTT-3.6.2-2",
        "MQTT-3.6.2-3",
        "MQTT-3.7.2-2",
        "MQTT-3.7.2-3"
      })
  void acknowledgements_areNeverLargerThanTheClientTakes() {
    for (int most : List.of(40, 1000)) {
      RawClient client = edge.client(Wire.hello(5, "c").maximumPacketSize(most));
      client.send(
          Wire.publish(5, 1, "$x", 1, "p"),
          Wire.publish(5, 2, "$x", 2, "p"),
          Wire.ack(PacketType.PUBREC, 9),
          Wire.ack(PacketType.PUBREL, 9));
      for (int type : List.of(4, 5, 6, 7)) {
        Received answer = client.await(type);
        assertThat(answer.code()).isGreaterThanOrEqualTo(0x80);
        assertThat(answer.size()).isLessThanOrEqualTo(most);
        assertThat(answer.hasReasonString()).isEqualTo(most == 1000 && type < 6);
        assertThat(answer.property(0x26)).isEmpty();
      }
      client.disconnect();
    }
  }

  // ---- AUTH

  @Test
  @Proves(v5 = {"MQTT-4.12.0-1", "MQTT-4.12.0-4", "MQTT-4.12.0-5", "MQTT-3.1.2-30"})
  void method_isRefusedAndNothingBehindItIsObeyed() {
    RawClient witness = edge.client(5, "witness");
    witness.subscribe(0, "#");
    RawClient client = edge.open(5);
    client.send(
        Wire.hello(5, "c").with(0x15, text("SCRAM-SHA-1"), 0x16, text("data")).toBytes(),
        Wire.packet(0xF0, 0x18, 4, 0x15, text("S")),
        Wire.publish(5, 0, "t", 0, "p"));
    Received answer = client.await(PacketType.CONNACK);
    assertThat(answer.code()).isEqualTo(Reason.BAD_AUTHENTICATION_METHOD);
    assertThat(answer.property(AUTHENTICATION_METHOD)).isEmpty();
    client.expectClosed();
    edge.awaitMetric("herald_mqtt_connections", 1);
    witness.expectNoMessage();
    assertThat(edge.sessions()).isEqualTo(1);
  }

  @Test
  @Proves(v5 = {"MQTT-4.12.0-2", "MQTT-4.12.0-6"})
  void auth_isNeverSent() {
    RawClient client = edge.open(5);
    client.send(Wire.hello(5, "c").user("app/user").toBytes(), Wire.PINGREQ);
    Received connack = client.next();
    assertThat(connack.type()).isEqualTo(PacketType.CONNACK);
    assertThat(connack.code()).isZero();
    assertThat(connack.property(AUTHENTICATION_METHOD)).isEmpty();
    assertThat(client.next().type()).isEqualTo(13);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0x00, 0x18, 0x19, 0x55})
  @Proves(
      v5 = {
        "MQTT-3.15.2-1",
        "MQTT-3.15.2-2",
        "MQTT-3.15.2-3",
        "MQTT-4.12.0-3",
        "MQTT-4.12.0-7",
        "MQTT-4.12.1-1",
        "MQTT-4.12.1-2"
      })
  void auth_withoutAMethodIsAProtocolError(int reason) {
    RawClient client = edge.client(5, "c");
    client.send(reason < 0 ? Wire.packet(0xF0) : Wire.packet(0xF0, reason, 4, 0x15, text("m")));
    client.expectEnd(Reason.PROTOCOL_ERROR);
    RawClient first = edge.open(5);
    first.send(reason < 0 ? Wire.packet(0xF0) : Wire.packet(0xF0, reason, 4, 0x15, text("m")));
    first.expectClosed();
  }

  @ParameterizedTest
  @ValueSource(ints = {0xF1, 0xF2, 0xF8, 0xFF})
  @Proves(v5 = {"MQTT-3.15.1-1", "MQTT-4.13.1-1"})
  void auth_withReservedBitsIsMalformed(int firstByte) {
    RawClient client = edge.client(5, "c");
    client.send(Wire.packet(firstByte));
    client.expectEnd(Reason.MALFORMED_PACKET);
  }

  // ---- half-open and broken streams

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void stream_thatEndsWithoutDisconnectIsALostConnection(int version) {
    RawClient witness = edge.client(5, "witness");
    witness.subscribe(1, "#");
    RawClient client = edge.client(Wire.hello(version, "c").will("w", "lost", 1, false));
    client.send(Wire.publish(version, 1, "t", 1, "last"), bytes(0x30, 100, 0));
    client.shutdownOutput();
    assertThat(witness.payloads(2)).containsExactly("last", "lost");
    edge.awaitMetric("herald_mqtt_connections", 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void stream_whoSendsNoMoreIsAnsweredWhatItSent(int version) {
    RawClient client = edge.open(version);
    client.send(
        Wire.hello(version, "c").toBytes(),
        Wire.subscribe(version, 1, Wire.NO_PROPERTIES, 1, "t"),
        Wire.publish(version, 1, "t", 2, "p"),
        Wire.PINGREQ);
    client.shutdownOutput();
    assertThat(client.next().type()).isEqualTo(PacketType.CONNACK);
    assertThat(client.next().type()).isEqualTo(PacketType.SUBACK);
    assertThat(client.next().payload()).isEqualTo("p");
    assertThat(client.next().type()).isEqualTo(PacketType.PUBACK);
    assertThat(client.next().type()).isEqualTo(PacketType.PINGRESP);
    client.expectClosed();
    edge.awaitMetric("herald_mqtt_connections", 0);
  }

  @Test
  @Proves(v5 = "MQTT-4.2-1")
  void stream_isOrderedAndLossless() {
    RawClient client = edge.client(5, "c");
    client.subscribe(0, "t");
    StringBuilder expected = new StringBuilder();
    StringBuilder received = new StringBuilder();
    byte[] all = {};
    for (int i = 0; i < 300; i++) {
      String payload = i + "x".repeat(i * 7 % 1000);
      expected.append(payload);
      all = bytes(all, Wire.packet(0x30, text("t"), 0, payload));
    }
    for (byte[] piece : Wire.pieces(all, 1009)) {
      client.send(piece);
    }
    for (int i = 0; i < 300; i++) {
      received.append(client.message().payload());
    }
    assertThat(received.toString()).isEqualTo(expected.toString());
    client.send(Wire.packet(0xA2, u16(1), 0, text("t")));
    assertThat(client.await(PacketType.UNSUBACK).id()).isEqualTo(1);
  }
}
