package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import dev.herald.testkit.TestAuthority;
import dev.herald.testkit.TestAuthority.Issued;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT over TLS, plain and in WebSocket. */
final class TlsIT extends EdgeTest {
  private static final int ALERT = 21;
  private static final int HANDSHAKE = 22;
  private static final int PROTOCOL_VERSION = 70;
  private static final int FINAL_BINARY = 0x82;

  @TempDir static Path directory;
  private static TestAuthority authority;
  private static Issued server;

  @BeforeAll
  static void makeCertificates() {
    authority = new TestAuthority(directory.resolve("ca"));
    server = authority.issue("localhost");
  }

  TlsIT() {
    start("off", "loops", "4");
  }

  private void start(String clientAuth, String... settings) {
    restart(
        TestEdge.tls(
            "certificateFile",
            server.certificate().toString(),
            "keyFile",
            server.key().toString(),
            "clientAuth",
            clientAuth,
            "clientCaFile",
            authority.certificate().toString()),
        settings);
  }

  private SSLSocket socket(int port, @Nullable Issued shown, String... protocols) {
    try {
      SSLSocket socket =
          (SSLSocket)
              authority
                  .clientContext(shown)
                  .getSocketFactory()
                  .createSocket(InetAddress.getLoopbackAddress(), port);
      if (protocols.length > 0) {
        socket.setEnabledProtocols(protocols);
      }
      return socket;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private RawClient open(int version) {
    return RawClient.over(socket(edge.tlsPort(), null), version);
  }

  private RawClient connect(Wire.Hello hello, @Nullable Issued shown) {
    return RawClient.over(socket(edge.tlsPort(), shown), hello.version).connect(hello);
  }

  // ---- versions

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void message_goesThroughBothWays(String protocol) throws IOException {
    SSLSocket socket = socket(edge.tlsPort(), null, protocol);
    RawClient client = RawClient.over(socket, 5).connect(Wire.hello(5, "c"));
    assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
    client.subscribe(1, "t");
    RawClient plain = edge.client(5, "p");
    assertThat(plain.publish("t", "from plain", 1)).isZero();
    assertThat(client.publish("t", "x".repeat(500_000), 1)).isZero();
    assertThat(client.message().payload()).isEqualTo("from plain");
    assertThat(client.message().payload()).hasSize(500_000);
    client.disconnect();
    edge.awaitMetric("herald_mqtt_connections", 1);
  }

  @Test
  void tls11_isRefusedByAlert() throws IOException {
    try (Socket old = plainSocket(edge.tlsPort())) {
      old.getOutputStream().write(clientHello(2));
      byte[] answer = old.getInputStream().readNBytes(7);
      assertThat(answer).startsWith(ALERT).endsWith(PROTOCOL_VERSION);
      assertThat(old.getInputStream().read()).isNegative();
    }
    // the same words in version 1.2 are answered, so that it was the version
    try (Socket newer = plainSocket(edge.tlsPort())) {
      newer.getOutputStream().write(clientHello(3));
      assertThat(newer.getInputStream().read()).isEqualTo(HANDSHAKE);
    }
    edge.awaitMetric("herald_mqtt_tls_handshakes_failed_total", 2);
  }

  /** A ClientHello of TLS 1.1 (minor 2) or 1.2 (minor 3) with one cipher suite and one curve. */
  private static byte[] clientHello(int minor) {
    byte[] extensions =
        bytes(
            bytes(0, 0x0A, 0, 4, 0, 2, 0, 0x17), // supported groups: secp256r1
            bytes(0, 0x0B, 0, 2, 1, 0), // point formats: uncompressed
            bytes(0, 0x0D, 0, 4, 0, 2, 4, 3)); // signatures: ECDSA with SHA-256
    byte[] body =
        bytes(
            3,
            minor,
            new byte[32],
            0,
            bytes(0, 4, 0xC0, 0x09, 0xC0, 0x2B), // ECDHE_ECDSA: AES_128_CBC_SHA, AES_128_GCM
            bytes(1, 0),
            bytes(0, extensions.length),
            extensions);
    return bytes(HANDSHAKE, 3, 1, 0, body.length + 4, 1, 0, 0, body.length, body);
  }

  private static Socket plainSocket(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(10_000);
    return socket;
  }

  // ---- what comes instead of TLS

  @Test
  void plainText_isClosedAndHarmsNobody() {
    RawClient present = connect(Wire.hello(5, "present"), null);
    RawClient plain = RawClient.open(edge.tlsPort(), 5);
    plain.send(Wire.hello(5, "plain").toBytes());
    plain.expectClosedAfterAnything();
    RawClient http = RawClient.open(edge.wssPort(), 5);
    http.send("GET /mqtt HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    http.expectClosedAfterAnything();
    edge.awaitMetric("herald_mqtt_tls_handshakes_failed_total", 2);
    present.ping();
    RawClient tlsToPlain = RawClient.open(edge.port(), 5);
    tlsToPlain.send(clientHello(3));
    tlsToPlain.expectClosed();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 5, 40})
  void handshakeThatStalls_isClosedInTime(int bytesSent) {
    RawClient slow = RawClient.open(edge.tlsPort(), 5);
    slow.send(java.util.Arrays.copyOf(clientHello(3), bytesSent));
    RawClient slowWeb = RawClient.open(edge.wssPort(), 5);
    slowWeb.send(java.util.Arrays.copyOf(clientHello(3), bytesSent));
    edge.awaitMetric("herald_mqtt_connections", 2);
    edge.pass(9);
    assertThat(edge.connections()).isEqualTo(2);
    edge.pass(3);
    slow.expectClosedAfterAnything();
    slowWeb.expectClosedAfterAnything();
    edge.awaitMetric("herald_mqtt_connections", 0);
  }

  @Test
  void handshakeWithoutConnect_isClosedInTime() throws IOException {
    SSLSocket socket = socket(edge.tlsPort(), null);
    socket.startHandshake();
    RawClient silent = RawClient.over(socket, 5);
    edge.pass(12);
    silent.expectClosed();
  }

  // ---- the end

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void serverStop_isToldBeforeTheEnd(int version) {
    RawClient client = connect(Wire.hello(version, "c"), null);
    edge.close();
    client.expectEnd(Reason.SERVER_SHUTTING_DOWN);
  }

  @Test
  void protocolError_isToldBeforeTheEnd() {
    RawClient client = connect(Wire.hello(5, "c"), null);
    client.send(Wire.packet(0xF0));
    client.expectEnd(Reason.PROTOCOL_ERROR);
    edge.awaitMetric("herald_mqtt_connections", 0);
  }

  // ---- connections that follow their session to another loop

  @Test
  void packetsRightBehindConnect_areObeyedOnTheOtherLoop() {
    RawClient first = connect(lasting("c"), null);
    first.subscribe(1, "t");
    first.disconnect();
    String large = "x".repeat(100_000);
    for (int round = 0; round < 8; round++) {
      RawClient client = open(5);
      byte[] all = lasting("c").toBytes();
      for (int i = 1; i <= 50; i++) {
        all = bytes(all, Wire.publish(5, 1, "t", i, "" + i));
      }
      client.send(bytes(all, Wire.publish(5, 1, "t", 51, large), Wire.PINGREQ));
      assertThat(client.await(PacketType.CONNACK).sessionPresent()).isTrue();
      for (int i = 1; i <= 50; i++) {
        assertThat(client.await(PacketType.PUBACK).id()).isEqualTo(i);
        assertThat(client.message().payload()).isEqualTo("" + i);
      }
      assertThat(client.await(PacketType.PUBACK).id()).isEqualTo(51);
      assertThat(client.message().payload()).isEqualTo(large);
      Received _ = client.await(PacketType.PINGRESP);
      client.disconnect();
    }
  }

  @Test
  void sessions_moveBetweenTcpTlsAndSecureWebSocket() {
    RawClient first = edge.client(lasting("c"));
    first.subscribe(1, "t");
    RawClient publisher = edge.client(5, "p");
    for (int round = 0; round < 8; round++) {
      try (WsClient web = WsClient.over(socket(edge.wssPort(), null))) {
        assertThat(web.handshake("Sec-WebSocket-Protocol: mqtt")).contains("101");
        web.frame(FINAL_BINARY, lasting("c").toBytes());
        assertThat(web.packet(5).sessionPresent()).isTrue();
        assertThat(publisher.publish("t", "web " + round, 1)).isZero();
        Received message = web.packet(5);
        assertThat(message.payload()).isEqualTo("web " + round);
        web.frame(FINAL_BINARY, Wire.ack(PacketType.PUBACK, message.id()));
        RawClient tls = connect(lasting("c"), null);
        assertThat(tls.connack().sessionPresent()).isTrue();
        assertThat(web.packet(5).code()).isEqualTo(Reason.SESSION_TAKEN_OVER);
        assertThat(web.control()).startsWith("close 1000");
        assertThat(publisher.publish("t", "tls " + round, 1)).isZero();
        assertThat(tls.message().payload()).isEqualTo("tls " + round);
        tls.ping();
      }
    }
  }

  private static Wire.Hello lasting(String clientId) {
    return Wire.hello(5, clientId).resume().sessionExpiry(1000);
  }

  // ---- clients' certificates

  @Test
  void clientCertificate_requiredIsChecked() {
    start("required");
    Issued good = authority.issue("device-7");
    Issued expired = authority.issueExpired("late");
    Issued unknown = new TestAuthority(directory.resolve("other")).issue("stranger");
    for (Issued bad : new Issued[] {null, expired, unknown}) {
      assertRefused(bad);
    }
    edge.awaitMetric("herald_mqtt_tls_handshakes_failed_total", 3);
    try (LogLines lines = LogLines.of(Connecting.class)) {
      connect(Wire.hello(5, "c"), good).ping();
      assertThat(lines.lines()).anyMatch(line -> line.contains("subject=CN=device-7,O=Test"));
    }
  }

  @Test
  void clientCertificate_optionalIsCheckedIfShown() {
    start("optional");
    assertRefused(authority.issueExpired("late"));
    try (LogLines lines = LogLines.of(Connecting.class)) {
      connect(Wire.hello(5, "with"), authority.issue("device-8")).ping();
      assertThat(lines.lines()).anyMatch(line -> line.contains("subject=CN=device-8,O=Test"));
      connect(Wire.hello(5, "without"), null).ping();
      assertThat(lines.lines()).hasSize(2).last().asString().doesNotContain("subject=");
    }
  }

  /** In TLS 1.3 the client hears of it with its first read. */
  private void assertRefused(@Nullable Issued shown) {
    assertThatThrownBy(() -> connect(Wire.hello(5, "refused"), shown))
        .isInstanceOfAny(UncheckedIOException.class, AssertionError.class);
  }

  // ---- renewed certificates

  @Test
  void renewedCertificate_servesNewConnectionsAndLeavesTheOld() throws IOException {
    Issued live = authority.issue("first");
    restart(
        TestEdge.tls(
            "certificateFile", live.certificate().toString(), "keyFile", live.key().toString()));
    BigInteger before = TestAuthority.read(live.certificate()).getSerialNumber();
    RawClient old = connect(Wire.hello(5, "old"), null);
    assertThat(shownSerial()).isEqualTo(before);
    for (int i = 0; i < 2; i++) {
      Issued next = authority.issue("next");
      BigInteger after = TestAuthority.read(next.certificate()).getSerialNumber();
      next.replace(live);
      await().until(() -> shownSerial().equals(after));
    }
    old.ping();
    assertThat(edge.metric("herald_tls_reloads_total", "loaded")).isEqualTo(2);

    BigInteger present = shownSerial();
    Files.writeString(live.key(), "no key");
    await().until(() -> edge.metric("herald_tls_reloads_total", "refused") == 1);
    log.expect("tls.reload_refused the certificate before stays: tls.keyFile has no private key");
    assertThat(shownSerial()).isEqualTo(present);
    Issued mended = authority.issue("mended");
    BigInteger after = TestAuthority.read(mended.certificate()).getSerialNumber();
    mended.replace(live);
    await().until(() -> shownSerial().equals(after));
    old.ping();
  }

  private BigInteger shownSerial() throws IOException {
    try (SSLSocket socket = socket(edge.tlsPort(), null)) {
      socket.startHandshake();
      X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      return shown.getSerialNumber();
    }
  }
}
