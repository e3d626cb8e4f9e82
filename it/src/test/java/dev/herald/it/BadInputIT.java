package dev.herald.it;

import static com.hivemq.client.mqtt.datatypes.MqttQos.AT_LEAST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.harness.GroupApi;
import dev.herald.it.harness.HeraldProcess;
import dev.herald.it.harness.Mqtt5;
import dev.herald.it.harness.SharedHerald;
import dev.herald.it.harness.Wire;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever arrives on a port, only the connection it arrives on may feel it. */
@ExtendWith(SharedHerald.class)
class BadInputIT {
  /** CONNECT of MQTT 5.0: clean start, keep-alive 60 s, no properties, client identifier "". */
  private static final String CONNECT_5 = "10 0d 0004 4d515454 05 02 003c 00 0000";

  /** CONNECT of MQTT 3.1.1: clean session, keep-alive 60 s, client identifier "". */
  private static final String CONNECT_311 = "10 0c 0004 4d515454 04 02 003c 0000";

  /** The beginning of a TLS 1.2 ClientHello. */
  private static final String TLS_HELLO =
      "16 0301 0100 01 0000fc 0303" + "5a".repeat(32) + "00 0020 1301 1302 1303 c02b c02f";

  private final HeraldProcess server;
  private final String app = SharedHerald.freshApp();
  private final Mqtt5 healthy;

  BadInputIT(HeraldProcess server) {
    this.server = server;
    this.healthy = Mqtt5.of(Mqtt5.builder(server, app));
  }

  enum Port {
    MQTT,
    WS,
    HTTP;

    int of(HeraldProcess server) {
      return switch (this) {
        case MQTT -> server.ports().mqtt();
        case WS -> server.ports().ws();
        case HTTP -> server.ports().http();
      };
    }
  }

  @BeforeEach
  void connectHealthyClient() {
    healthy.client().connect();
    healthy.subscribe("health", AT_LEAST_ONCE);
  }

  @AfterEach
  void healthyClientStillWorks() {
    try (healthy;
        var api = new GroupApi(server, app)) {
      healthy.publish("health", AT_LEAST_ONCE, "still here");
      assertThat(healthy.nextText()).isEqualTo("still here");
      assertThat(api.create("health", "u", "m")).isNotEmpty();
      assertThat(api.get("/health").statusCode()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "PUBLISH,   30 05 0001 61 68 69",
    "PINGREQ,   c0 00",
    "SUBSCRIBE, 82 06 0001 0001 61 00",
    "CONNACK,   20 02 00 00",
    "reserved,  00 00",
    "AUTH,      f0 00"
  })
  void wrongFirstPacket_endsTheConnection(String name, String packet) {
    try (Wire wire = Wire.to(server.ports().mqtt()).send(packet)) {
      assertThat(wire.hexToEnd()).as(name).isEmpty();
    }
  }

  @Test
  void secondConnect_endsTheConnectionAsProtocolError() {
    try (Wire wire = connected5()) {
      assertThat(wire.send(CONNECT_5).hexToEnd()).matches("e0..82.*");
    }
  }

  @Test
  void versionThatIsNotSpoken_isRefused() {
    try (Wire wire = Wire.to(server.ports().mqtt())) {
      wire.send("10 0c 0004 4d515454 03 02 003c 0000");

      assertThat(wire.hexToEnd()).isEqualTo("20020001");
    }
    try (Wire wire = Wire.to(server.ports().mqtt())) {
      wire.send("10 0d 0004 4d515454 06 02 003c 00 0000");

      assertThat(wire.hexToEnd()).matches("20020001|20..0084.*");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"10", "10 0d", "10 0d 0004 4d5154", "10 ff"})
  void halfPacket_thenEnd_endsTheConnection(String half) {
    try (Wire wire = Wire.to(server.ports().mqtt()).send(half).sendEnd()) {
      assertThat(wire.hexToEnd()).isEmpty();
    }
  }

  @Test
  void halfPacket_thenSilence_endsTheConnectionAfterTheTimeForConnect() {
    try (Wire silent = Wire.to(server.ports().mqtt());
        Wire half = Wire.to(server.ports().mqtt()).send("10 0d 0004 4d5154")) {
      assertThat(silent.hexToEnd()).isEmpty();
      assertThat(half.hexToEnd()).isEmpty();
    }
  }

  @Test
  void halfPacketOfAConnectedClient_thenReset_isForgotten() {
    try (Wire wire = connected5()) {
      wire.send("30 7f 0001 61 00");
    }
  }

  @Test
  void lengthBeyondTheLimit_isToldAndEndsTheConnection() {
    try (Wire wire = connected5()) {
      // PUBLISH of 2 MiB; the limit is 1 MiB
      assertThat(wire.send("30 8080 8001 0001 61").hexToEnd()).matches("e0..95.*");
    }
    try (Wire wire = Wire.to(server.ports().mqtt()).send("10 ffffff7f")) {
      assertThat(wire.hexToEnd()).isEmpty();
    }
  }

  @Test
  void lengthOfFiveBytes_isMalformed() {
    try (Wire wire = connected5()) {
      assertThat(wire.send("30 ffffffff01").hexToEnd()).matches("e0..81.*");
    }
    try (Wire wire = Wire.to(server.ports().mqtt()).send("10 ffffffffff")) {
      assertThat(wire.hexToEnd()).isEmpty();
    }
  }

  @Test
  void malformedPacketOf311_endsTheConnectionWithoutAWord() {
    try (Wire wire = Wire.to(server.ports().mqtt()).send(CONNECT_311)) {
      assertThat(wire.read(4)).isEqualTo("20020000");
      assertThat(wire.send("36 05 0001 61 68 69").hexToEnd()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void randomBytes_endTheConnection(Port port) {
    for (long seed = 1; seed <= 30; seed++) {
      byte[] garbage = new byte[600];
      new SplittableRandom(seed).nextBytes(garbage);
      try (Wire wire = Wire.to(port.of(server)).send(garbage).sendEnd()) {
        assertThat(wire.textToEnd()).as("seed %s", seed).doesNotContain("Exception");
      }
    }
  }

  @Test
  void randomBytes_ofAConnectedClient_endItsConnection() {
    for (long seed = 1; seed <= 30; seed++) {
      byte[] garbage = new byte[600];
      new SplittableRandom(seed).nextBytes(garbage);
      try (Wire wire = connected5().send(garbage).sendEnd()) {
        assertThat(wire.readToEnd().length).as("seed %s", seed).isLessThan(1000);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void tlsHello_endsTheConnection(Port port) {
    try (Wire wire = Wire.to(port.of(server)).send(TLS_HELLO).sendEnd()) {
      assertThat(wire.textToEnd()).doesNotContain("Exception");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"WS", "HTTP"})
  void mqttPacket_toAPortThatSpeaksHttp_endsTheConnection(Port port) {
    try (Wire wire = Wire.to(port.of(server)).send(CONNECT_5).sendText("\r\n\r\n").sendEnd()) {
      assertThat(wire.textToEnd()).doesNotContain("Exception");
    }
  }

  @Test
  void httpRequest_toTheMqttPort_endsTheConnection() {
    try (Wire wire = Wire.to(server.ports().mqtt())) {
      wire.sendText("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");

      assertThat(wire.hexToEnd()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"/, 404", "/mqtt, 426", "/mqtt/x, 404", "/../mqtt, 404"})
  void httpRequest_toTheWebSocketPort_isAnswered(String path, int status) {
    try (Wire wire = Wire.to(server.ports().ws())) {
      wire.sendText("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");

      assertThat(wire.textToEnd()).startsWith("HTTP/1.1 " + status + " ");
    }
  }

  @Test
  void pageOfAForeignOrigin_mayNotConnect() {
    try (Wire wire = Wire.to(server.ports().ws())) {
      wire.sendText(handshake("Origin: https://example.org\r\n"));

      assertThat(wire.textToEnd()).startsWith("HTTP/1.1 403 ");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "text frame,          81 82 00000000 6869",
    "unmasked frame,      82 02 c000",
    "reserved opcode,     83 80 00000000",
    "frame of 2^62 bytes, 82 ff 4000000000000000 00000000",
    "MQTT garbage,        82 84 00000000 30ff0000",
    "wrong first packet,  82 82 00000000 c000"
  })
  void badFrames_endTheWebSocket(String name, String frame) {
    try (Wire wire = Wire.to(server.ports().ws())) {
      wire.sendText(handshake(""));
      assertThat(wire.read(12)).as(name).isEqualTo("485454502f312e3120313031");

      assertThat(wire.send(frame).textToEnd()).as(name).doesNotContain("Exception");
    }
  }

  private static String handshake(String moreHeaders) {
    return "GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
        + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + moreHeaders
        + "\r\n";
  }

  @ParameterizedTest
  @CsvSource({
    "GET /console/../../etc/passwd HTTP/1.1, 40",
    "GET /console/%2e%2e/%2e%2e/etc/passwd HTTP/1.1, 40",
    "GET /nothing HTTP/1.1, 404",
    "DELETE /health HTTP/1.1, 405",
    "NONSENSE, 400"
  })
  void badHttpRequests_areRefused(String requestLine, String status) {
    try (Wire wire = Wire.to(server.ports().http())) {
      wire.sendText(requestLine + "\r\nHost: localhost\r\nConnection: close\r\n\r\n");

      assertThat(wire.textToEnd())
          .startsWith("HTTP/1.1 " + status)
          .doesNotContain("root:", "Exception");
    }
  }

  @Test
  void requestBodyThatIsTooLarge_isRefused() {
    try (Wire wire = Wire.to(server.ports().http())) {
      wire.sendText(
          """
          POST /chat/message/create HTTP/1.1
          Host: localhost
          Connection: close
          Content-Type: application/json
          Content-Length: 1000000000

          """
              .replace("\n", "\r\n"));
      wire.send(new byte[4 << 20]);

      assertThat(wire.textToEnd()).startsWith("HTTP/1.1 413 ").contains("\"success\":false");
    }
  }

  private Wire connected5() {
    Wire wire = Wire.to(server.ports().mqtt()).send(CONNECT_5);
    String header = wire.read(2);
    assertThat(header).startsWith("20");
    String rest = wire.read(Integer.parseInt(header.substring(2), 16));
    assertThat(rest).startsWith("0000");
    return wire;
  }
}
