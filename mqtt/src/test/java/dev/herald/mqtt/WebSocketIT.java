package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.mqtt.codec.Reason;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT over WebSocket (section 6), and what else comes to that port. */
final class WebSocketIT extends EdgeTest {
  private static final int FINAL_BINARY = 0x82;

  @Test
  @Proves(v5 = "MQTT-6.0.0-4", v311 = "MQTT-6.0.0-4")
  void handshake_selectsTheSubprotocol() {
    try (WsClient client = WsClient.open(edge.wsPort())) {
      String answer = client.handshake("Sec-WebSocket-Protocol: mqtt");
      assertThat(answer).startsWith("HTTP/1.1 101");
      assertThat(answer.toLowerCase(java.util.Locale.ROOT))
          .contains("sec-websocket-protocol: mqtt\r\n")
          // the example of RFC 6455
          .contains(
              "sec-websocket-accept: "
                  + "s3ppLMBiTxaQ9kYGzzhZRbK+xOo=".toLowerCase(java.util.Locale.ROOT));
    }
    try (WsClient client = WsClient.open(edge.wsPort())) {
      assertThat(client.handshake("Sec-WebSocket-Protocol: chat, mqtt")).contains(": mqtt\r\n");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void packets_oneInAFrame(int version) {
    try (WsClient client = connected(version, "c")) {
      client.frame(FINAL_BINARY, Wire.subscribe(version, 1, Wire.NO_PROPERTIES, 1, "t"));
      assertThat(client.packet(version).codes()).containsExactly(1);
      RawClient tcp = edge.client(version, "tcp");
      assertThat(tcp.publish("t", "from tcp", 1)).isZero();
      assertThat(client.packet(version).payload()).isEqualTo("from tcp");
      client.frame(FINAL_BINARY, Wire.PINGREQ);
      assertThat(client.packet(version).type()).isEqualTo(13);
    }
  }

  @Test
  @Proves(v5 = "MQTT-6.0.0-2", v311 = "MQTT-6.0.0-2")
  void packets_oneByteInAFrame() {
    try (WsClient client = WsClient.open(edge.wsPort())) {
      assertThat(client.handshake("Sec-WebSocket-Protocol: mqtt")).contains(" 101 ");
      byte[] stream =
          bytes(
              Wire.hello(5, "c").toBytes(),
              Wire.subscribe(5, 1, Wire.NO_PROPERTIES, 0, "t"),
              Wire.publish(5, 0, "t", 0, "piecemeal"));
      for (byte[] one : Wire.pieces(stream, 1)) {
        client.frame(FINAL_BINARY, one);
      }
      assertThat(client.packet(5).code()).isZero();
      assertThat(client.packet(5).codes()).containsExactly(0);
      assertThat(client.packet(5).payload()).isEqualTo("piecemeal");
    }
  }

  @Test
  @Proves(v5 = "MQTT-6.0.0-2", v311 = "MQTT-6.0.0-2")
  void packets_acrossFramesAndFragments() {
    Random random = new Random(7);
    String payload = "x".repeat(5000);
    byte[] stream = Wire.subscribe(5, 1, Wire.NO_PROPERTIES, 0, "t");
    for (int i = 0; i < 20; i++) {
      stream = bytes(stream, Wire.publish(5, 0, "t", 0, i + payload));
    }
    try (WsClient client = connected(5, "c")) {
      List<byte[]> pieces = List.of(Wire.pieces(stream, 1 + random.nextInt(900)));
      int i = 0;
      while (i < pieces.size()) {
        int fragments = Math.min(pieces.size() - i, 1 + random.nextInt(4));
        for (int f = 0; f < fragments; f++) {
          boolean last = f == fragments - 1;
          client.frame((last ? 0x80 : 0) | (f == 0 ? 0x02 : 0x00), pieces.get(i++));
          if (!last && random.nextBoolean()) {
            client.frame(0x89, bytes("ping")); // control frames may come in between
            assertThat(client.control()).isEqualTo("pong ping");
          }
        }
      }
      assertThat(client.packet(5).codes()).containsExactly(0);
      for (int k = 0; k < 20; k++) {
        assertThat(client.packet(5).payload()).isEqualTo(k + payload);
      }
    }
  }

  @Test
  void emptyFrames_areNothing() {
    try (WsClient client = connected(5, "c")) {
      client.frame(FINAL_BINARY);
      client.frame(0x02);
      client.frame(0x80);
      client.frame(FINAL_BINARY, Wire.PINGREQ);
      assertThat(client.packet(5).type()).isEqualTo(13);
    }
  }

  @Test
  void packet_asLargeAsAllowedInOneFrame() {
    String payload = "x".repeat(1024 * 1024 - 100);
    try (WsClient client = connected(5, "c")) {
      client.frame(FINAL_BINARY, Wire.subscribe(5, 1, Wire.NO_PROPERTIES, 0, "t"));
      assertThat(client.packet(5).codes()).containsExactly(0);
      client.frame(FINAL_BINARY, Wire.publish(5, 0, "t", 0, payload));
      assertThat(client.packet(5).payload()).isEqualTo(payload);
    }
  }

  @Test
  @Proves(v5 = "MQTT-6.0.0-1", v311 = "MQTT-6.0.0-1")
  void textFrames_closeTheConnection() {
    try (WsClient client = connected(5, "c")) {
      client.frame(0x81, bytes("text"));
      assertThat(client.control()).startsWith("close 1003");
      client.expectClosed();
    }
    // also when MQTT follows in the same message, or the same packet
    try (WsClient client = WsClient.open(edge.wsPort())) {
      assertThat(client.handshake("Sec-WebSocket-Protocol: mqtt")).contains(" 101 ");
      client.send(
          WsClient.frameBytes(0x01, bytes("text")),
          WsClient.frameBytes(0x80, Wire.hello(5, "hidden").toBytes()),
          WsClient.frameBytes(FINAL_BINARY, Wire.PINGREQ));
      assertThat(client.control()).startsWith("close 1003");
      client.expectClosed();
    }
    edge.awaitMetric("herald_mqtt_connections", 0);
    assertThat(edge.metric("herald_mqtt_bytes_received_total"))
        .as("what followed the text was not read")
        .isEqualTo(Wire.hello(5, "c").toBytes().length);
  }

  @Test
  void close_isAnsweredAndEndsTheSession() {
    RawClient witness = edge.client(5, "witness");
    witness.subscribe(0, "w");
    try (WsClient client = WsClient.open(edge.wsPort())) {
      assertThat(client.handshake("Sec-WebSocket-Protocol: mqtt")).contains(" 101 ");
      client.frame(FINAL_BINARY, Wire.hello(5, "c").will("w", "left", 0, false).toBytes());
      assertThat(client.packet(5).code()).isZero();
      client.frame(0x88, bytes(0x03, 0xE9));
      assertThat(client.control()).startsWith("close 1001");
      client.expectClosed();
    }
    assertThat(witness.message().payload()).isEqualTo("left");
    edge.awaitMetric("herald_mqtt_connections", 1);
  }

  @Test
  void close_isAnsweredWithItsLike() {
    try (WsClient client = connected(5, "c")) {
      client.frame(0x88, bytes(0x0F, 0xA0, "why"), bytes());
      assertThat(client.control()).isEqualTo("close 4000 why");
      client.expectClosed();
    }
    try (WsClient client = connected(5, "c")) {
      client.frame(0x88);
      assertThat(client.control()).isEqualTo("close");
      client.expectClosed();
    }
    edge.awaitMetric("herald_mqtt_connections", 0);
  }

  @Test
  void close_nothingBehindItIsObeyed() {
    RawClient witness = edge.client(5, "witness");
    witness.subscribe(0, "t");
    try (WsClient client = connected(5, "c")) {
      client.send(
          WsClient.frameBytes(0x88, bytes(0x03, 0xE8)),
          WsClient.frameBytes(FINAL_BINARY, Wire.publish(5, 0, "t", 0, "late")),
          WsClient.frameBytes(0x88, bytes(0x03, 0xE8)));
      assertThat(client.control()).startsWith("close 1000");
      client.expectClosed();
    }
    edge.awaitMetric("herald_mqtt_connections", 1);
    witness.expectNoMessage();
  }

  @Test
  void end_ofTheStreamWithoutACloseIsALostConnection() {
    RawClient witness = edge.client(5, "witness");
    witness.subscribe(0, "w");
    try (WsClient client = WsClient.open(edge.wsPort())) {
      assertThat(client.handshake("Sec-WebSocket-Protocol: mqtt")).contains(" 101 ");
      client.frame(FINAL_BINARY, Wire.hello(5, "c").will("w", "lost", 0, false).toBytes());
      assertThat(client.packet(5).code()).isZero();
      client.shutdownOutput();
      assertThat(witness.message().payload()).isEqualTo("lost");
      client.readToEnd();
    }
    edge.awaitMetric("herald_mqtt_connections", 1);
  }

  @Test
  @Proves(v5 = "MQTT-3.14.4-2", v311 = "MQTT-3.14.4-1")
  void disconnect_closesTheWebSocket() {
    try (WsClient client = connected(5, "c")) {
      client.frame(FINAL_BINARY, Wire.packet(0xE0));
      assertThat(client.control()).startsWith("close 1000");
      client.frame(0x88, bytes(0x03, 0xE8));
      client.expectClosed();
    }
    edge.awaitMetric("herald_mqtt_connections", 0);
  }

  @Test
  void protocolError_isToldInMqttThenInWebSocket() {
    try (WsClient client = connected(5, "c")) {
      client.frame(FINAL_BINARY, Wire.packet(0xF0));
      assertThat(client.packet(5).code()).isEqualTo(Reason.PROTOCOL_ERROR);
      assertThat(client.control()).startsWith("close 1000");
      client.frame(0x88, bytes(0x03, 0xE8));
      client.expectClosed();
    }
    edge.awaitMetric("herald_mqtt_connections", 0);
  }

  @Test
  void serverStop_isToldInMqttThenInWebSocket() {
    try (WsClient client = connected(5, "c")) {
      edge.close();
      assertThat(client.packet(5).code()).isEqualTo(Reason.SERVER_SHUTTING_DOWN);
      assertThat(client.control()).startsWith("close 1000");
      client.expectClosed();
    }
  }

  @Test
  void sessions_moveBetweenTcpAndWebSocketAndLoops() {
    for (int i = 0; i < 6; i++) {
      try (WsClient client = WsClient.open(edge.wsPort())) {
        assertThat(client.handshake("Sec-WebSocket-Protocol: mqtt")).contains(" 101 ");
        client.frame(
            FINAL_BINARY,
            Wire.hello(5, "c").resume().sessionExpiry(100).toBytes(),
            Wire.subscribe(5, 1, Wire.NO_PROPERTIES, 0, "t"),
            Wire.publish(5, 0, "t", 0, "p"));
        assertThat(client.packet(5).sessionPresent()).isEqualTo(i > 0);
        assertThat(client.packet(5).codes()).containsExactly(0);
        assertThat(client.packet(5).payload()).isEqualTo("p");
        RawClient tcp = edge.client(Wire.hello(5, "c").resume().sessionExpiry(100));
        assertThat(tcp.connack().sessionPresent()).isTrue();
        assertThat(client.packet(5).code()).isEqualTo(Reason.SESSION_TAKEN_OVER);
        tcp.disconnect();
      }
    }
  }

  @Test
  @Proves(v5 = "MQTT-6.0.0-3", v311 = "MQTT-6.0.0-3")
  void handshake_withoutMqttIsRefused() {
    for (String header : List.of("Accept: */*", "Sec-WebSocket-Protocol: mqttv3.1, chat")) {
      try (WsClient client = WsClient.open(edge.wsPort())) {
        assertThat(client.handshake(header)).startsWith("HTTP/1.1 400");
        client.readToEnd();
      }
    }
    edge.awaitMetric("herald_mqtt_connections", 0);
  }

  @Test
  void handshake_isRefusedElsewhere() {
    for (List<String> refused :
        List.of(
            List.of("404", "GET /other HTTP/1.1", "Upgrade: websocket\r\nConnection: Upgrade"),
            List.of("403", "GET /mqtt HTTP/1.1", WsClient.UPGRADE + "Origin: http://evil.example"),
            List.of("426", "GET /mqtt HTTP/1.1", "Accept: */*"),
            List.of("426", "POST /mqtt HTTP/1.1", "Content-Length: 0"),
            List.of(
                "400",
                "GET /mqtt HTTP/1.1",
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: mqtt"),
            List.of("400", "garbage", "more"))) {
      try (WsClient client = WsClient.open(edge.wsPort())) {
        client.send(
            bytes(refused.get(1) + "\r\nHost: localhost\r\n" + refused.get(2) + "\r\n\r\n"));
        assertThat(client.head()).as(refused.toString()).startsWith("HTTP/1.1 " + refused.get(0));
        client.readToEnd();
      }
    }
    edge.awaitMetric("herald_mqtt_connections", 0);
  }

  @Test
  void garbage_isClosedWithoutALogLine() {
    byte[] noise = new byte[20_000];
    new Random(3).nextBytes(noise);
    for (byte[] first :
        List.of(
            noise,
            Wire.hello(5, "c").toBytes(),
            bytes("GET /mqtt HTTP/1.1\r\nX: " + "y".repeat(50_000) + "\r\n\r\n"),
            bytes("POST /mqtt HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n"))) {
      try (WsClient client = WsClient.open(edge.wsPort())) {
        client.send(first);
        client.shutdownOutput();
        client.readToEnd();
      }
    }
    for (byte[] frame :
        List.of(
            bytes(0x82, 0x01, 0x00), // not masked
            bytes(0xF2, 0x80, 0, 0, 0, 0), // reserved bits
            bytes(0x83, 0x80, 0, 0, 0, 0), // unknown opcode
            bytes(0x80, 0x80, 0, 0, 0, 0), // continuation of nothing
            bytes(0x82, 0xFF, 0x7F, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))) { // too long
      try (WsClient client = WsClient.open(edge.wsPort())) {
        assertThat(client.handshake("Sec-WebSocket-Protocol: mqtt")).contains(" 101 ");
        client.send(frame);
        client.readToEnd();
      }
    }
    edge.awaitMetric("herald_mqtt_connections", 0);
  }

  @Test
  void handshake_thatNeverComesIsNotAwaitedForEver() {
    restart("connectTimeout", "300s");
    try (WsClient silent = WsClient.open(edge.wsPort());
        WsClient upgraded = WsClient.open(edge.wsPort())) {
      silent.send(bytes("GET /mqtt HT"));
      assertThat(upgraded.handshake("Sec-WebSocket-Protocol: mqtt")).contains(" 101 ");
      edge.pass(400);
      silent.readToEnd();
      upgraded.readToEnd();
    }
    edge.awaitMetric("herald_mqtt_connections", 0);
  }

  private WsClient connected(int version, String clientId) {
    WsClient client = WsClient.open(edge.wsPort());
    assertThat(client.handshake("Sec-WebSocket-Protocol: mqtt")).contains(" 101 ");
    client.frame(FINAL_BINARY, Wire.hello(version, clientId).toBytes());
    assertThat(client.packet(version).code()).isZero();
    return client;
  }
}
