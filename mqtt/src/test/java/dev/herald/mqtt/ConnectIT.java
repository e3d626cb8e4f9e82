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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How connections begin and end. */
final class ConnectIT extends EdgeTest {
  private static final int ASSIGNED_CLIENT_IDENTIFIER = 0x12;

  @Proves(v5 = {"MQTT-3.1.4-5", "MQTT-3.2.2-2"})
  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void connect_cleanThenPing(int version) {
    RawClient client = edge.client(version, "c");
    assertThat(client.connack().sessionPresent()).isFalse();
    client.ping();
    client.disconnect();
  }

  @Proves(v5 = {"MQTT-3.2.2-9", "MQTT-3.2.2-11", "MQTT-3.2.2-20"})
  @Test
  void connect_announcesTheLimitsOf5() {
    restart("receiveMax", "77", "packetBytesMax", "2KiB");
    Received answer = edge.client(5, "c").connack();
    assertThat(answer.property(0x21)).containsExactly(77);
    assertThat(answer.property(0x27)).containsExactly(2048L);
    assertThat(answer.property(0x22)).containsExactly(32);
    assertThat(answer.property(0x2A)).as("absent: shared subscriptions are available").isEmpty();
    assertThat(answer.property(0x11)).as("session expiry as asked").isEmpty();
    assertThat(answer.property(0x13)).as("keep-alive as asked").isEmpty();
    assertThat(answer.property(0x24)).as("no maximum QoS: 2").isEmpty();
    assertThat(answer.property(0x25)).as("retained messages are offered").isEmpty();
    assertThat(answer.property(0x28)).as("wildcards are offered").isEmpty();
    assertThat(answer.property(0x29)).as("subscription identifiers are offered").isEmpty();
    assertThat(answer.property(0x26)).as("user properties").isEmpty();
    assertThat(answer.property(ASSIGNED_CLIENT_IDENTIFIER)).isEmpty();
  }

  @Proves(v5 = {"MQTT-3.1.3-6", "MQTT-3.1.3-7", "MQTT-3.2.2-16"})
  @Test
  void connect_emptyClientIdIsAssignedIn5() {
    Received first = edge.client(5, "").connack();
    Received second = edge.client(5, "").connack();
    assertThat(first.property(ASSIGNED_CLIENT_IDENTIFIER)).hasSize(1);
    assertThat(first.property(ASSIGNED_CLIENT_IDENTIFIER))
        .isNotEqualTo(second.property(ASSIGNED_CLIENT_IDENTIFIER));
  }

  @Proves(v5 = "MQTT-3.1.3-7")
  @Test
  void connect_assignedClientIdFindsItsSession() {
    RawClient first = edge.client(Wire.hello(5, "").resume().sessionExpiry(60));
    String assigned = (String) first.connack().property(ASSIGNED_CLIENT_IDENTIFIER).getFirst();
    first.disconnect();
    RawClient again = edge.client(Wire.hello(5, assigned).resume());
    assertThat(again.connack().sessionPresent()).isTrue();
  }

  @Test
  void connect_emptyClientIdIn311NeedsACleanSession() {
    edge.client(4, "").ping();
    RawClient refused = RawClient.connect(edge.port(), Wire.hello(4, "").resume());
    assertThat(refused.connack().codes()).containsExactly(0, 2);
    refused.expectClosed();
  }

  @Proves(v5 = {"MQTT-3.1.3-8", "MQTT-3.2.2-6", "MQTT-3.2.2-7"})
  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void connect_longClientId(int version) {
    edge.client(version, "c".repeat(1024)).ping();
    RawClient refused = RawClient.connect(edge.port(), Wire.hello(version, "c".repeat(1025)));
    assertThat(refused.connack().code()).isEqualTo(version == 5 ? 0x85 : 2);
    refused.expectClosed();
  }

  @Proves(v5 = "MQTT-3.1.3-5")
  @Test
  void connect_everyLetterAndDigitInUpTo23Bytes() {
    String all = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (int length = 1; length <= 23; length++) {
      edge.client(5, all.substring(0, length)).disconnect();
      edge.client(5, all.substring(all.length() - length)).disconnect();
    }
    edge.client(5, all.substring(20, 43)).ping();
  }

  @Proves(v5 = {"MQTT-3.1.2-30", "MQTT-3.1.4-6"})
  @ParameterizedTest
  @ValueSource(strings = {"authentication method", "user name", "level", "reserved flag"})
  void connect_refusedObeysNothingBehindIt(String fault) {
    byte[] connect =
        switch (fault) {
          case "authentication method" -> Wire.hello(5, "c").with(0x15, text("m")).toBytes();
          case "user name" -> Wire.hello(5, "c").user("/u").toBytes();
          case "level" -> Wire.packet(0x10, text("MQTT"), 6, 2, 0, 0, 0, text("c"));
          default -> Wire.packet(0x10, text("MQTT"), 5, 3, 0, 0, 0, text("c"));
        };
    RawClient client = edge.open(5);
    client.send(
        connect,
        Wire.publish(5, 3, "t", 1, Wire.NO_PROPERTIES, bytes("p")),
        Wire.subscribe(5, 2, Wire.NO_PROPERTIES, 0, "t"),
        Wire.PINGREQ,
        Wire.hello(5, "c").toBytes());
    assertThat(client.await(PacketType.CONNACK).code()).isGreaterThanOrEqualTo(0x80);
    client.expectClosed();
    edge.awaitMetric("herald_mqtt_connections", 0);
    assertThat(edge.metric("herald_mqtt_messages_received_total")).isZero();
    assertThat(edge.sessions()).isZero();
  }

  @Proves(v5 = "MQTT-1.5.5-1")
  @Test
  void packet_lengthOfMoreBytesThanNeeded() {
    RawClient client = edge.client(5, "c");
    client.send(bytes(0xC0, 0x80, 0x00));
    client.expectEnd(Reason.MALFORMED_PACKET);
  }

  @Proves(v5 = {"MQTT-3.1.2-2", "MQTT-3.2.2-7"})
  @ParameterizedTest
  @CsvSource({"3, 4, 1", "6, 5, 0x84", "0, 4, 1", "0x84, 4, 1", "255, 5, 0x84"})
  void connect_otherLevelIsTold(int level, int answeredIn, int code) {
    RawClient client = edge.open(answeredIn);
    client.send(Wire.packet(0x10, text("MQTT"), level, 2, 0, 0, 0, text("c")));
    assertThat(client.await(PacketType.CONNACK).code()).isEqualTo(code);
    client.expectClosed();
  }

  @Test
  void connect_oldProtocolNameIsTold() {
    RawClient client = edge.open(4);
    client.send(Wire.packet(0x10, text("MQIsdp"), 3, 2, 0, 0, text("c")));
    assertThat(client.await(PacketType.CONNACK).codes()).containsExactly(0, 1);
    client.expectClosed();
  }

  @Proves(v5 = {"MQTT-3.1.0-1", "MQTT-3.1.2-1"})
  @Test
  void connect_otherProtocolIsClosed() {
    for (byte[] first :
        List.of(
            Wire.packet(0x10, text("HTTP"), 5, 2, 0, 0, 0, text("c")),
            bytes("GET / HTTP/1.1\r\n\r\n"),
            bytes("\u0016\u0003\u0001"),
            bytes(0, 0, 0, 0),
            Wire.PINGREQ,
            Wire.packet(0xE0),
            Wire.publish(4, 0, "t", 0, "p"),
            bytes(0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0x01),
            bytes(0x10, 0))) {
      RawClient client = edge.open(4);
      client.send(first);
      client.expectClosed();
    }
    assertThat(edge.metric("herald_mqtt_protocol_errors_total")).isEqualTo(9);
  }

  @Proves(v5 = {"MQTT-3.1.2-3", "MQTT-3.1.4-1", "MQTT-3.2.2-7"})
  @Test
  void connect_malformedIsToldIn5() {
    RawClient client = edge.open(5);
    client.send(Wire.packet(0x10, text("MQTT"), 5, 3, 0, 0, 0, text("c")));
    assertThat(client.await(PacketType.CONNACK).code()).isEqualTo(Reason.MALFORMED_PACKET);
    client.expectClosed();
  }

  @Test
  void connect_malformedIsClosedIn311() {
    RawClient client = edge.open(4);
    client.send(Wire.packet(0x10, text("MQTT"), 4, 3, 0, 0, text("c")));
    client.expectClosed();
  }

  @Proves(v5 = {"MQTT-3.1.0-2", "MQTT-3.2.0-2"})
  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void connect_secondIsAProtocolError(int version) {
    RawClient client = edge.client(version, "c");
    client.send(Wire.hello(version, "c").toBytes());
    client.expectEnd(Reason.PROTOCOL_ERROR);
    edge.awaitMetric("herald_mqtt_connections", 0);
  }

  @Test
  void connect_authenticationMethodIsNotOffered() {
    RawClient client = RawClient.connect(edge.port(), Wire.hello(5, "c").with(0x15, text("SCRAM")));
    assertThat(client.connack().code()).isEqualTo(Reason.BAD_AUTHENTICATION_METHOD);
    client.expectClosed();
  }

  @Test
  void auth_withoutMethodIsAProtocolError() {
    RawClient client = edge.client(5, "c");
    client.send(Wire.packet(0xF0));
    client.expectEnd(Reason.PROTOCOL_ERROR);
    RawClient other = edge.client(5, "c");
    other.send(Wire.packet(0xF0, 0x18, 4, 0x15, text("m")));
    other.expectEnd(Reason.PROTOCOL_ERROR);
  }

  @Proves(v5 = "MQTT-3.1.4-2")
  @ParameterizedTest
  @CsvSource({"/user, 0x86", "'app\u0001/', 0", "user, 0", "app/user, 0"})
  void connect_userName(String userName, int code) {
    RawClient client = RawClient.connect(edge.port(), Wire.hello(5, "c").user(userName));
    assertThat(client.connack().code()).isEqualTo(code);
  }

  @Test
  void connect_userNameWithoutAppIn311() {
    RawClient client = RawClient.connect(edge.port(), Wire.hello(4, "c").user("/u"));
    assertThat(client.connack().code()).isEqualTo(4);
    client.expectClosed();
    RawClient tooLong =
        RawClient.connect(edge.port(), Wire.hello(4, "c").user("a/" + "u".repeat(128)));
    assertThat(tooLong.connack().code()).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void packets_arriveByteByByte(int version) {
    RawClient client = edge.open(version);
    List<byte[]> stream = new ArrayList<>();
    stream.addAll(List.of(Wire.pieces(Wire.hello(version, "c").toBytes(), 1)));
    stream.addAll(List.of(Wire.pieces(Wire.subscribe(version, 1, Wire.NO_PROPERTIES, 1, "t"), 1)));
    String payload = "p".repeat(200);
    stream.addAll(List.of(Wire.pieces(Wire.publish(version, 1, "t", 2, payload), 1)));
    for (byte[] one : stream) {
      client.send(one);
    }
    assertThat(client.await(PacketType.CONNACK).code()).isZero();
    assertThat(client.await(PacketType.SUBACK).codes()).containsExactly(1);
    assertThat(client.await(PacketType.PUBACK).code()).isZero();
    assertThat(client.message().payload()).isEqualTo(payload);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void packets_manyArriveInOneWrite(int version) {
    RawClient client = edge.open(version);
    byte[] all =
        bytes(
            Wire.hello(version, "c").toBytes(),
            Wire.subscribe(version, 1, Wire.NO_PROPERTIES, 0, "t"));
    for (int i = 0; i < 1000; i++) {
      all = bytes(all, Wire.publish(version, 0, "t", 0, "" + i));
    }
    client.send(bytes(all, Wire.PINGREQ));
    Received _ = client.await(PacketType.CONNACK);
    Received _ = client.await(PacketType.SUBACK);
    List<String> payloads = client.payloads(1000);
    for (int i = 0; i < 1000; i++) {
      assertThat(payloads.get(i)).isEqualTo("" + i);
    }
    Received _ = client.await(PacketType.PINGRESP);
  }

  @Test
  void packets_cutAtEveryPlace() {
    byte[] stream =
        bytes(
            Wire.hello(5, "c").toBytes(),
            Wire.subscribe(5, 1, Wire.NO_PROPERTIES, 1, "t"),
            Wire.publish(5, 1, "t", 2, "p"),
            Wire.PINGREQ);
    for (int cut = 1; cut < stream.length; cut++) {
      RawClient client = edge.open(5);
      client.send(java.util.Arrays.copyOf(stream, cut));
      client.send(java.util.Arrays.copyOfRange(stream, cut, stream.length));
      Received _ = client.await(PacketType.CONNACK);
      Received _ = client.await(PacketType.SUBACK);
      Received _ = client.await(PacketType.PUBACK);
      Received _ = client.await(PacketType.PINGRESP);
      assertThat(client.message().payload()).isEqualTo("p");
      client.close();
    }
  }

  @Proves(v5 = "MQTT-3.2.2-15")
  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void packet_asLargeAsAllowed(int version) {
    restart("packetBytesMax", "100KiB");
    RawClient client = edge.client(version, "c");
    client.subscribe(0, "t");
    int overhead = Wire.publish(version, 0, "t", 0, "x".repeat(99_000)).length - 99_000;
    String payload = "x".repeat(100 * 1024 - overhead);
    client.send(Wire.publish(version, 0, "t", 0, payload));
    assertThat(client.message().payload()).isEqualTo(payload);
    client.send(Wire.publish(version, 0, "t", 0, payload + "x"));
    client.expectEnd(Reason.PACKET_TOO_LARGE);
  }

  @Proves(v5 = "MQTT-3.2.2-15")
  @Test
  void packet_tooLargeIsRefusedByItsLengthAlone() {
    RawClient client = edge.client(5, "c");
    client.send(bytes(0x30, 0xFF, 0xFF, 0xFF, 0x7F));
    client.expectEnd(Reason.PACKET_TOO_LARGE);
  }

  @Proves(v5 = {"MQTT-3.1.2-20", "MQTT-3.1.2-22", "MQTT-3.2.2-22"})
  @Test
  void keepAlive_oneAndAHalfTimesIsTooLong() {
    RawClient silent = edge.client(Wire.hello(5, "silent").keepAlive(1000));
    RawClient silent311 = edge.client(Wire.hello(4, "silent311").keepAlive(1000));
    RawClient talking = edge.client(Wire.hello(5, "talking").keepAlive(1000));
    RawClient none = edge.client(5, "none");
    edge.pass(1400);
    talking.ping();
    edge.pass(200);
    silent.expectEnd(Reason.KEEP_ALIVE_TIMEOUT);
    silent311.expectClosed();
    talking.ping();
    edge.pass(100_000);
    none.ping();
  }

  @Test
  void connectTimeout_closesWhoSendsNoConnect() {
    restart("connectTimeout", "200s");
    RawClient silent = edge.open(5);
    RawClient half = edge.open(5);
    half.send(bytes(0x10, 20, 0));
    edge.awaitMetric("herald_mqtt_connections", 2);
    edge.pass(150);
    half.send(bytes(4));
    edge.awaitMetric("herald_mqtt_bytes_received_total", 4);
    edge.pass(100);
    silent.expectClosed();
    // each byte buys no more time
    half.expectClosed();
    edge.awaitMetric("herald_mqtt_connections", 0);
  }

  @Test
  void end_peerThatStaysIsClosedAfterAWhile() {
    RawClient client = edge.client(5, "c");
    client.send(Wire.packet(0xF0));
    assertThat(client.await(PacketType.DISCONNECT).code()).isEqualTo(Reason.PROTOCOL_ERROR);
    edge.pass(10);
    edge.awaitMetric("herald_mqtt_connections", 0);
  }

  @Proves(v5 = "MQTT-3.1.2-29")
  @Test
  void reasonStrings_areLeftOutIfNotWanted() {
    RawClient wants = edge.client(5, "wants");
    wants.send(Wire.publish(5, 1, "$x", 1, "p"));
    Received told = wants.await(PacketType.PUBACK);
    assertThat(told.code()).isEqualTo(Reason.TOPIC_NAME_INVALID);
    assertThat(told.hasReasonString()).isTrue();
    wants.send(Wire.packet(0xF0));
    assertThat(wants.expectEnd(Reason.PROTOCOL_ERROR).hasReasonString()).isTrue();

    RawClient not = edge.client(Wire.hello(5, "not").noReasons());
    not.send(Wire.publish(5, 1, "$x", 1, "p"));
    Received short1 = not.await(PacketType.PUBACK);
    assertThat(short1.code()).isEqualTo(Reason.TOPIC_NAME_INVALID);
    assertThat(short1.hasReasonString()).isFalse();
    not.send(Wire.packet(0xF0));
    assertThat(not.expectEnd(Reason.PROTOCOL_ERROR).hasReasonString()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void close_tellsThatTheServerStops(int version) {
    RawClient client = edge.client(version, "c");
    RawClient unconnected = edge.open(version);
    edge.awaitMetric("herald_mqtt_connections", 2);
    edge.close();
    client.expectEnd(Reason.SERVER_SHUTTING_DOWN);
    unconnected.expectClosed();
  }
}
