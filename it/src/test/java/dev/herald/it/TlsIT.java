package dev.herald.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import dev.herald.it.harness.Child;
import dev.herald.it.harness.GroupApi;
import dev.herald.it.harness.HeraldProcess;
import dev.herald.it.harness.Mqtt5;
import dev.herald.testkit.TestAuthority;
import dev.herald.testkit.TestAuthority.Issued;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TLS with the clients that others wrote: mosquitto's, HiveMQ's, curl and openssl. */
class TlsIT {
  private static final Duration WAIT_MAX = Duration.ofSeconds(40);

  @TempDir static Path directory;
  private static TestAuthority authority;
  private static Issued shown;
  private static Issued device;
  private static HeraldProcess server;
  private static JsonNode ports;

  @BeforeAll
  static void start() throws Exception {
    authority = new TestAuthority(directory.resolve("ca"));
    shown = authority.issue("localhost");
    device = authority.issue("device-1");
    server =
        HeraldProcess.start(
            directory.resolve("data"),
            "mqtt.loops=3",
            "tls.certificateFile=" + shown.certificate(),
            "tls.keyFile=" + shown.key(),
            "tls.clientAuth=required",
            "tls.clientCaFile=" + authority.certificate(),
            "tls.mqttPort=0",
            "tls.wsPort=0",
            "tls.httpPort=0");
    ports = GroupApi.json(curl(server.http("/v1/server").toString()));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String curl(String... arguments) {
    List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "20"));
    command.addAll(List.of(arguments));
    Child.Ended ended = Child.run(WAIT_MAX, command.toArray(String[]::new));
    assertThat(ended.code()).as(ended.err()).isZero();
    return ended.out();
  }

  private static List<String> mosquitto(String program, String host, Issued certificate) {
    List<String> command = new ArrayList<>(List.of(program, "-h", host, "-t", "tls/t", "-q", "1"));
    command.addAll(List.of("-p", ports.path("mqttsPort").asText()));
    command.addAll(List.of("--cafile", authority.certificate().toString()));
    if (certificate != null) {
      command.addAll(List.of("--cert", certificate.certificate().toString()));
      command.addAll(List.of("--key", certificate.key().toString()));
    }
    return command;
  }

  private static Child start(List<String> command, String... more) {
    List<String> all = new ArrayList<>(command);
    all.addAll(List.of(more));
    return Child.start(all, Map.of());
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1, tlsv1.2", "127.0.0.1, tlsv1.3", "::1, tlsv1.3", "localhost, tlsv1.3"})
  void mosquitto_publishesAndSubscribes(String host, String version) {
    List<String> subscribe = new ArrayList<>(List.of("stdbuf", "-oL"));
    subscribe.addAll(mosquitto("mosquitto_sub", host, device));
    try (Child sub = start(subscribe, "-d", "-C", "1", "-W", "30", "--tls-version", version)) {
      sub.out().await("SUBACK", line -> line.contains("received SUBACK"), WAIT_MAX);
      List<String> publish = mosquitto("mosquitto_pub", host, device);
      try (Child pub = start(publish, "-m", "hi " + host, "--tls-version", version)) {
        assertThat(pub.awaitEnd(WAIT_MAX).code()).isZero();
      }
      assertThat(sub.awaitEnd(WAIT_MAX).out()).contains("hi " + host);
    }
  }

  @Test
  void mosquitto_withoutACertificateTheServerTrustsIsRefused() {
    Issued stranger = new TestAuthority(directory.resolve("other")).issue("stranger");
    for (Issued bad : new Issued[] {null, stranger, authority.issueExpired("late")}) {
      try (Child pub = start(mosquitto("mosquitto_pub", "127.0.0.1", bad), "-m", "m")) {
        assertThat(pub.awaitEnd(WAIT_MAX).code()).isNotZero();
      }
    }
    assertThat(server.problems()).isEmpty();
  }

  @Test
  void hivemq_speaksMqttOverSecureWebSocket() {
    MqttClientSslConfig tls =
        MqttClientSslConfig.builder()
            .trustManagerFactory(authority.trust())
            .keyManagerFactory(TestAuthority.keys(device))
            .build();
    try (Mqtt5 client =
        Mqtt5.of(
            Mqtt5.builder(server, "tls-app")
                .serverPort(ports.path("wssPort").asInt())
                .webSocketConfig()
                .serverPath("mqtt")
                .applyWebSocketConfig()
                .sslConfig(tls))) {
      client.client().connect();
      client.subscribe("w/#", MqttQos.EXACTLY_ONCE);
      client.publish("w/1", MqttQos.EXACTLY_ONCE, "x".repeat(200_000));
      assertThat(client.nextText()).hasSize(200_000);
    }
  }

  @Test
  void https_servesTheApi() {
    String answer =
        curl(
            "https://127.0.0.1:" + ports.path("httpsPort").asText() + "/health",
            "--cacert",
            authority.certificate().toString(),
            "--cert",
            device.certificate().toString(),
            "--key",
            device.key().toString());
    assertThat(answer).isEqualTo("{\"status\":\"up\"}");
  }

  @Test
  void openssl_isRefusedWithTls11() {
    Child.Ended ended = sclient("-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0");
    assertThat(ended.code()).isNotZero();
    assertThat(ended.err()).contains("protocol version");
  }

  @Test
  void renewedCertificate_isShownWithoutARestart() {
    String serial = serialOf(authority.issue("unused"));
    assertThat(shownSerial()).isNotEqualTo(serial);
    Issued renewed = authority.issue("localhost");
    String after = serialOf(renewed);
    renewed.replace(shown);
    await().atMost(WAIT_MAX).until(() -> shownSerial().equals(after));
    assertThat(server.problems()).isEmpty();
  }

  private static String serialOf(Issued issued) {
    return TestAuthority.read(issued.certificate()).getSerialNumber().toString(16);
  }

  private static String shownSerial() {
    Path pem = directory.resolve("shown.pem");
    Child.Ended ended = sclient("-showcerts");
    int from = ended.out().indexOf("-----BEGIN");
    int to = ended.out().indexOf("-----END CERTIFICATE-----");
    assertThat(from).as(ended.out() + ended.err()).isNotNegative();
    try {
      java.nio.file.Files.writeString(
          pem, ended.out().substring(from, to) + "-----END CERTIFICATE-----\n");
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return TestAuthority.read(pem).getSerialNumber().toString(16);
  }

  private static Child.Ended sclient(String... more) {
    List<String> command =
        List.of(
            "openssl",
            "s_client",
            "-connect",
            "127.0.0.1:" + ports.path("mqttsPort").asText(),
            "-cert",
            device.certificate().toString(),
            "-key",
            device.key().toString());
    try (Child child = start(command, more)) {
      child.closeInput();
      return child.awaitEnd(WAIT_MAX);
    }
  }
}
