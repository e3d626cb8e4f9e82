package dev.herald.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.herald.server.config.ConfigException;
import dev.herald.server.config.ConfigLoader;
import dev.herald.server.config.HeraldConfig;
import dev.herald.testkit.TestAuthority;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StandaloneIT {
  @TempDir Path dir;

  private HeraldConfig config(String... sets) throws ConfigException {
    var all = new ArrayList<>(List.of("data=" + dir, "mqtt.port=0", "ws.port=0", "http.port=0"));
    all.addAll(List.of(sets));
    return new ConfigLoader<>(HeraldConfig.TREE).load(null, Map.of(), all).config();
  }

  private static List<String> ownThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("herald-"))
        .toList();
  }

  @Test
  void start_answersOnEveryPort_andStopsWithNothingLeft() throws Exception {
    Endpoints at;
    try (var server = new Standalone(config(), "1.2.3")) {
      server.start();
      at = server.endpoints();
      String page = get("http://127.0.0.1:" + at.httpPort() + "/v1/server");
      assertThat(page)
          .contains("\"version\":\"1.2.3\"", "\"mqttPort\":" + at.mqttPort())
          .contains("\"wsPort\":" + at.wsPort(), "\"httpPort\":" + at.httpPort());
      for (int port : new int[] {at.mqttPort(), at.wsPort(), at.httpPort()}) {
        for (InetAddress address : at.addresses()) {
          try (var socket = new Socket(address, port)) {
            assertThat(socket.isConnected()).isTrue();
          }
        }
      }
      assertThat(Banner.of(server, config()))
          .contains("127.0.0.1:" + at.mqttPort(), "http://127.0.0.1:" + at.httpPort() + "/console/")
          .contains("mosquitto_pub -p " + at.mqttPort(), "loopback only", dir.toString());
    }
    for (int port : new int[] {at.mqttPort(), at.wsPort(), at.httpPort()}) {
      assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
          .isInstanceOf(IOException.class);
    }
    await().untilAsserted(() -> assertThat(ownThreads()).isEmpty());
  }

  @Test
  void start_again_hasWhatWasCreated() throws Exception {
    String message = "{\"appId\":\"a\",\"groupId\":\"g\",\"userId\":\"u\",\"content\":\"kept\"}";
    try (var server = new Standalone(config(), "1")) {
      server.start();
      post("http://127.0.0.1:" + server.endpoints().httpPort() + "/chat/message/create", message);
    }
    try (var server = new Standalone(config(), "1")) {
      server.start();
      String query =
          "/chat/message/findByGroupId?appId=a&groupId=g&startTime=0&endTime=9999999999999"
              + "&pageNum=1&pageSize=10";
      assertThat(get("http://127.0.0.1:" + server.endpoints().httpPort() + query))
          .contains("\"total\":1", "\"content\":\"kept\"");
    }
  }

  @Test
  void export_writesEveryEventOfAGroup_toTheOutputOrAFile() throws Exception {
    Path file = dir.resolve("export.jsonl");
    String url;
    try (var server = new Standalone(config(), "1")) {
      server.start();
      url = "http://127.0.0.1:" + server.endpoints().httpPort();
      for (int i = 1; i <= 300; i++) {
        post(
            url + "/chat/message/create",
            "{\"appId\":\"a\",\"groupId\":\"g 1/\u00e9\",\"userId\":\"u\",\"content\":\"\u7fa4 "
                + i
                + "\"}");
      }
      Ended printed = herald("export", "a", "g 1/\u00e9", "--url", url + "/");
      assertThat(printed.exitCode()).as(printed.err()).isZero();
      List<String> lines = printed.out().lines().toList();
      assertThat(lines).hasSize(300);
      assertThat(lines.getLast()).contains("\"seq\":300", "\"content\":\"\u7fa4 300\"");
      Ended written = herald("export", "a", "g 1/\u00e9", "-u", url, "-o", file.toString());
      assertThat(written.exitCode()).as(written.err()).isZero();
      assertThat(written.out()).isEmpty();
      assertThat(file).hasContent(printed.out());
      assertThat(herald("export", "a", "unknown", "-u", url).out()).isEmpty();
      Ended refused = herald("export", "a", "x".repeat(128), "-u", url);
      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused.err()).contains("groupId");
    }
    Ended gone = herald("export", "a", "g", "-u", url, "-o", file.toString());
    assertThat(gone.exitCode()).isEqualTo(1);
    assertThat(gone.err()).contains("herald: the export broke off: ConnectException");
    assertThat(file).content().contains("\"seq\":300");
    for (String wrong : new String[] {"ftp://127.0.0.1", "127.0.0.1", "http://a b"}) {
      assertThat(herald("export", "a", "g", "-u", wrong).exitCode()).as(wrong).isEqualTo(2);
    }
    try (var files = Files.list(dir)) {
      assertThat(files).noneMatch(path -> path.toString().endsWith(".part"));
    }
  }

  private record Ended(int exitCode, String out, String err) {}

  private static Ended herald(String... args) {
    var out = new StringWriter();
    var err = new StringWriter();
    int code =
        HeraldCommand.run(
            args,
            Map.of(),
            new StopSignal(),
            new PrintWriter(out, true),
            new PrintWriter(err, true));
    return new Ended(code, out.toString(), err.toString());
  }

  @Test
  void start_withRetention_startsAndStopsItsThread() throws Exception {
    try (var server = new Standalone(config("retention.eventsMax=10"), "1")) {
      server.start();
      assertThat(ownThreads()).contains("herald-retention");
      assertThat(get("http://127.0.0.1:" + server.endpoints().httpPort() + "/metrics"))
          .contains("herald_retention_events_total 0", "herald_retention_failures_total 0");
    }
    await().untilAsserted(() -> assertThat(ownThreads()).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"mqtt.port", "ws.port", "http.port"})
  void start_portInUse_namesPortAndKey_andLeavesNothingRunning(String key) throws Exception {
    try (var taken = new ServerSocket()) {
      taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      var server = new Standalone(config(key + "=" + taken.getLocalPort()), "1");
      assertThatThrownBy(server::start)
          .isInstanceOf(StartException.class)
          .hasMessageContaining(key)
          .hasMessageContaining(Integer.toString(taken.getLocalPort()))
          .hasMessageContaining("in use");
    }
    await().untilAsserted(() -> assertThat(ownThreads()).isEmpty());
    try (var data = DataDirectory.open(dir)) {
      assertThat(data.path()).isEqualTo(dir);
    }
  }

  @Test
  void start_databaseIsNone_saysSo_andLeavesItAlone() throws Exception {
    Path database = Files.writeString(dir.resolve("herald.db"), "not a database".repeat(100));
    byte[] before = Files.readAllBytes(database);
    var server = new Standalone(config(), "1");
    assertThatThrownBy(server::start)
        .isInstanceOf(StartException.class)
        .hasMessageContaining(database.toString());
    assertThat(database).hasBinaryContent(before);
    await().untilAsserted(() -> assertThat(ownThreads()).isEmpty());
  }

  @Test
  void start_openAddress_isBoundAndWarnedOf() throws Exception {
    HeraldConfig open = config("bind=0.0.0.0", "insecure.allowOpen=true");
    try (var server = new Standalone(open, "1")) {
      server.start();
      assertThat(server.endpoints().addresses()).containsExactly(InetAddress.ofLiteral("0.0.0.0"));
      assertThat(Banner.of(server, open))
          .contains("WARNING: no credentials are configured")
          .contains("http://127.0.0.1:" + server.endpoints().httpPort());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void start_bindsTheOneAddressGiven(String address) throws Exception {
    try (var server = new Standalone(config("bind=" + address), "1")) {
      server.start();
      Endpoints at = server.endpoints();
      String other = address.equals("::1") ? "127.0.0.1" : "::1";
      for (int port : new int[] {at.mqttPort(), at.wsPort(), at.httpPort()}) {
        new Socket(InetAddress.ofLiteral(address), port).close();
        assertThatThrownBy(() -> new Socket(InetAddress.ofLiteral(other), port).close())
            .isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void start_withACertificate_servesTlsAndTellsThePorts() throws Exception {
    var authority = new TestAuthority(dir.resolve("ca"));
    var shown = authority.issue("localhost");
    HeraldConfig secure =
        config(
            "tls.certificateFile=" + shown.certificate(),
            "tls.keyFile=" + shown.key(),
            "tls.mqttPort=0",
            "tls.wsPort=0",
            "tls.httpPort=0");
    try (var server = new Standalone(secure, "1")) {
      server.start();
      Endpoints at = server.endpoints();
      for (int port : new int[] {at.mqttsPort(), at.wssPort(), at.httpsPort()}) {
        for (InetAddress address : at.addresses()) {
          try (var socket =
              (SSLSocket)
                  authority.clientContext(null).getSocketFactory().createSocket(address, port)) {
            socket.startHandshake();
            assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
          }
        }
      }
      String page = get("http://127.0.0.1:" + at.httpPort() + "/v1/server");
      assertThat(page)
          .contains("\"mqttsPort\":" + at.mqttsPort(), "\"wssPort\":" + at.wssPort())
          .contains("\"httpsPort\":" + at.httpsPort());
      assertThat(Banner.of(server, secure))
          .containsPattern("  MQTT over TLS   127.0.0.1:" + at.mqttsPort() + "\\b")
          .containsPattern("\n  MQTT over WSS   127.0.0.1:" + at.wssPort() + "\\b")
          .containsPattern("\n  HTTPS           127.0.0.1:" + at.httpsPort() + "\\b.*\n  console");
      var renewed = authority.issue("renewed");
      var serial = TestAuthority.read(renewed.certificate()).getSerialNumber();
      renewed.replace(shown);
      await().until(() -> httpsSerial(authority, at.httpsPort()).equals(serial));
    }
  }

  private static BigInteger httpsSerial(TestAuthority authority, int port) throws IOException {
    InetAddress here = InetAddress.getLoopbackAddress();
    try (var socket =
        (SSLSocket) authority.clientContext(null).getSocketFactory().createSocket(here, port)) {
      socket.startHandshake();
      return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
    }
  }

  @Test
  void start_certificateThatCannotBeUsed_saysWhich() throws Exception {
    Path file = Files.writeString(dir.resolve("some.pem"), "nothing");
    var server = new Standalone(config("tls.certificateFile=" + file, "tls.keyFile=" + file), "1");
    assertThatThrownBy(server::start)
        .isInstanceOf(StartException.class)
        .hasMessageStartingWith("tls.certificateFile ");
    var absent =
        new Standalone(config("tls.certificateFile=/absent.pem", "tls.keyFile=" + file), "1");
    assertThatThrownBy(absent::start)
        .isInstanceOf(StartException.class)
        .hasMessage("tls.certificateFile: there is no file /absent.pem");
    await().untilAsserted(() -> assertThat(ownThreads()).isEmpty());
  }

  private static String get(String url) throws Exception {
    return send(HttpRequest.newBuilder(URI.create(url)));
  }

  private static void post(String url, String json) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json));
    assertThat(send(request)).contains("\"success\":true");
  }

  private static String send(HttpRequest.Builder request) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      var answer = client.send(request.build(), BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      return answer.body();
    }
  }
}
