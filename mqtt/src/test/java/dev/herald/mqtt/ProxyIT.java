package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.testkit.TestAuthority;
import dev.herald.testkit.TestAuthority.Issued;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The PROXY protocol before MQTT, TLS and WebSocket. */
final class ProxyIT extends EdgeTest {
  private static final byte[] SIGNATURE = bytes(13, 10, 13, 10, 0, 13, 10, "QUIT", 10);
  private static final int LOCAL = 0x20;
  private static final int PROXY = 0x21;
  private static final int TCP4 = 0x11;
  private static final int TCP6 = 0x21;

  ProxyIT() {
    restart("proxyProtocol", "mqtt,ws");
  }

  private static byte[] v1(String line) {
    return (line + "\r\n").getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] v2(int command, int family, byte[]... parts) {
    byte[] rest = bytes((Object[]) parts);
    return bytes(SIGNATURE, command, family, rest.length >> 8, rest.length, rest);
  }

  private static byte[] v2Tcp4(byte[]... extensions) {
    byte[] addresses = bytes(203, 0, 113, 9, 10, 0, 0, 1, 0xD9, 0x03, 0x07, 0x5B);
    return v2(PROXY, TCP4, addresses, bytes((Object[]) extensions));
  }

  /** Connects behind a header; returns what the log says of the client. */
  private String remoteOf(byte[] header) {
    try (LogLines lines = LogLines.of(Connecting.class)) {
      RawClient client = edge.open(5);
      client.send(bytes(header, Wire.hello(5, "c").toBytes()));
      Received _ = client.await(dev.herald.mqtt.codec.PacketType.CONNACK);
      client.ping();
      client.disconnect();
      assertThat(lines.lines()).hasSize(1);
      return lines.lines().getFirst().replace("mqtt.connected ", "");
    }
  }

  @Test
  void header_tellsTheClientsAddress() throws IOException {
    assertThat(remoteOf(v1("PROXY TCP4 203.0.113.7 10.0.0.1 55555 1883")))
        .startsWith("remote=/203.0.113.7:55555 proxy=/127.0.0.1:");
    assertThat(remoteOf(v1("PROXY TCP6 2001:db8::7 ::1 55556 1883")))
        .startsWith("remote=/[2001:db8:0:0:0:0:0:7]:55556 proxy=/127.0.0.1:");
    assertThat(remoteOf(v2Tcp4())).startsWith("remote=/203.0.113.9:55555 proxy=/127.0.0.1:");
    byte[] from = InetAddress.ofLiteral("2001:db8::9").getAddress();
    assertThat(remoteOf(v2(PROXY, TCP6, from, new byte[16], bytes(0xD9, 0x04, 0x07, 0x5B))))
        .startsWith("remote=/[2001:db8:0:0:0:0:0:9]:55556 proxy=/127.0.0.1:");
    byte[] extension = bytes(0x04, 0x03, 0xE8, new byte[1000]);
    assertThat(remoteOf(v2Tcp4(extension))).startsWith("remote=/203.0.113.9:55555 proxy=");
  }

  @Test
  void header_ofTheProxyItselfTellsNone() {
    assertThat(remoteOf(v1("PROXY UNKNOWN"))).startsWith("remote=/127.0.0.1:");
    assertThat(remoteOf(v2(LOCAL, 0))).startsWith("remote=/127.0.0.1:");
    // a path of the proxy's machine: no address
    assertThat(remoteOf(v2(PROXY, 0x31, new byte[216]))).startsWith("remote=/127.0.0.1:");
  }

  @Test
  void header_mayComeByteByByte() {
    byte[][] headers = {v1("PROXY TCP4 203.0.113.7 10.0.0.1 55555 1883"), v2Tcp4()};
    for (byte[] header : headers) {
      RawClient client = edge.open(5);
      for (byte each : bytes(header, Wire.hello(5, "c").toBytes())) {
        client.send(new byte[] {each});
      }
      Received _ = client.await(dev.herald.mqtt.codec.PacketType.CONNACK);
      client.ping();
      client.disconnect();
    }
  }

  @Test
  void connectionWithoutHeader_isClosedAtOnce() {
    byte[][] wrong = {
      Wire.hello(5, "c").toBytes(),
      bytes(0x16, 3, 1, 0, 200),
      v1("GET / HTTP/1.1"),
      v1("PROXY TCP4 203.0.113.7 10.0.0.1 55555"),
      v1("PROXY TCP4 203.0.113.700 10.0.0.1 55555 1883"),
      v1("PROXY TCP4 203.0.113.7 10.0.0.1 65536 1883"),
      v1("PROXY TCP9 203.0.113.7 10.0.0.1 1 1883"),
      v1("PROXY " + "x".repeat(200)),
      bytes("PROXY " + "x".repeat(200)),
      bytes(SIGNATURE, 0x31, TCP4, 0, 12, new byte[12]),
      bytes(SIGNATURE, 0x2F, TCP4, 0, 12, new byte[12]),
      v2(PROXY, TCP4, new byte[4]),
      v2Tcp4(bytes(0x04, 0xFF, 0xFF, new byte[100])),
      v2Tcp4(bytes(0x04, 0x20, 0x00, new byte[0x2000])),
    };
    for (int i = 0; i < wrong.length; i++) {
      RawClient client = edge.open(5);
      client.send(wrong[i]);
      client.expectClosedAfterAnything();
      edge.awaitMetric("herald_mqtt_proxy_headers_refused_total", i + 1);
    }
    edge.awaitMetric("herald_mqtt_connections", 0);
    assertThat(edge.metric("herald_mqtt_protocol_errors_total")).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 20})
  void headerThatStalls_isClosedInTime(int bytesSent) {
    RawClient slow = edge.open(5);
    slow.send(java.util.Arrays.copyOf(v2Tcp4(), bytesSent));
    edge.awaitMetric("herald_mqtt_connections", 1);
    edge.pass(9);
    assertThat(edge.connections()).isEqualTo(1);
    edge.pass(3);
    slow.expectClosed();
  }

  @Test
  void header_comesBeforeWebSocket() {
    try (WsClient web = WsClient.open(edge.wsPort())) {
      web.send(v2Tcp4());
      assertThat(web.handshake("Sec-WebSocket-Protocol: mqtt")).contains("101");
      web.frame(0x82, Wire.hello(5, "w").toBytes());
      assertThat(web.packet(5).code()).isZero();
    }
  }

  @Test
  void header_comesBeforeTlsAndOnlyWhereItIsOn(@TempDir Path directory) throws IOException {
    TestAuthority authority = new TestAuthority(directory);
    Issued server = authority.issue("localhost");
    restart(
        TestEdge.tls(
            "certificateFile", server.certificate().toString(), "keyFile", server.key().toString()),
        "proxyProtocol",
        "mqtts");
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), edge.tlsPort());
    socket.getOutputStream().write(v1("PROXY TCP4 203.0.113.7 10.0.0.1 55555 8883"));
    SSLSocket tls =
        (SSLSocket)
            authority
                .clientContext(null)
                .getSocketFactory()
                .createSocket(socket, "localhost", edge.tlsPort(), true);
    try (LogLines lines = LogLines.of(Connecting.class)) {
      RawClient client = RawClient.over(tls, 5).connect(Wire.hello(5, "c"));
      client.ping();
      assertThat(lines.lines().getFirst()).contains("remote=/203.0.113.7:55555 proxy=/127");
    }
    edge.client(5, "plain").ping();
  }
}
