package dev.herald.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.harness.Child;
import dev.herald.it.harness.GroupApi;
import dev.herald.it.harness.HeraldProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command of the first line of the README, {@code bin/herald}. */
class LauncherIT {
  private static final Path LAUNCHER = HeraldProcess.root().resolve("bin/herald");

  @TempDir Path directory;

  private Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("HERALD_JAVA_HOME", System.getProperty("java.home"));
    environment.put("HERALD_DATA", directory.resolve("data").toString());
    for (String listener : List.of("MQTT", "WS", "HTTP")) {
      environment.put("HERALD_" + listener + "_PORT", "0");
    }
    return environment;
  }

  @Test
  void launcher_servesAndEndsOnSigterm() throws Exception {
    // From another directory, through a link: it finds its place all the same.
    Path link = Files.createSymbolicLink(directory.resolve("herald"), LAUNCHER);
    try (Child herald = Child.start(List.of(link.toString()), environment(), directory)) {
      herald.err().await("its banner", line -> line.contains("credentials"), Duration.ofMinutes(2));
      HeraldProcess.Ports ports = HeraldProcess.portsIn(herald.err().lines());
      assertThat(herald.err().text())
          .contains("console         http://127.0.0.1:" + ports.http() + "/console/")
          .contains("data            " + directory.resolve("data"))
          .containsPattern("mosquitto_sub .*-p " + ports.mqtt())
          .containsPattern("mosquitto_pub .*-p " + ports.mqtt())
          .containsPattern("curl .*:" + ports.http())
          .contains("loopback only");
      assertThat(get(ports, "/console/")).contains("<herald-console>");
      assertThat(GroupApi.json(get(ports, "/v1/server")).path("wsPort").asInt())
          .isEqualTo(ports.ws());
      herald.terminate();

      Child.Ended ended = herald.awaitEnd(Duration.ofSeconds(10));
      assertThat(ended.code()).as(ended.err()).isZero();
      assertThat(ended.out()).isEmpty();
    } finally {
      Files.delete(link);
    }
  }

  private static String get(HeraldProcess.Ports ports, String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://127.0.0.1:" + ports.http() + path);
      return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
    }
  }

  @Test
  void launcher_passesCommandsAndExitCodesOn() {
    try (Child version =
        Child.start(List.of(LAUNCHER.toString(), "--version"), environment(), directory)) {
      Child.Ended ended = version.awaitEnd(Duration.ofSeconds(60));
      assertThat(ended.code()).isZero();
      assertThat(ended.out()).containsPattern("\\d+\\.\\d+\\.\\d+");
    }
    try (Child check =
        Child.start(
            List.of(LAUNCHER.toString(), "config", "check", "--set", "mqtt.prot=1"),
            environment(),
            directory)) {
      Child.Ended ended = check.awaitEnd(Duration.ofSeconds(60));
      assertThat(ended.code()).isEqualTo(2);
      assertThat(ended.err()).contains("mqtt.prot");
    }
  }

  @Test
  void launcher_usesTheFlagsThatTheTestsUse() throws IOException {
    String script = Files.readString(LAUNCHER);

    assertThat(HeraldProcess.jvmFlags()).isNotEmpty().allMatch(script::contains);
  }
}
