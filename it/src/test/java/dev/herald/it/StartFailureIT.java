package dev.herald.it;

import static com.hivemq.client.mqtt.datatypes.MqttQos.AT_LEAST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.harness.Child;
import dev.herald.it.harness.GroupApi;
import dev.herald.it.harness.HeraldProcess;
import dev.herald.it.harness.Mqtt5;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that cannot start says why in words for its operator, and ends with the right code. */
class StartFailureIT {
  private static final int FAILED = 1;
  private static final int WRONG = 2;

  @TempDir Path directory;

  private Map<String, String> environment(String... more) {
    Map<String, String> all =
        new HashMap<>(
            Map.of(
                "HERALD_DATA", directory.resolve("data").toString(),
                "HERALD_MQTT_PORT", "0",
                "HERALD_WS_PORT", "0",
                "HERALD_HTTP_PORT", "0"));
    for (int i = 0; i < more.length; i += 2) {
      all.put(more[i], more[i + 1]);
    }
    return all;
  }

  /** The last words, which must be for people: no stack trace, no ready server. */
  private static void assertRefused(Child.Ended ended, int code, String... words) {
    assertThat(ended.err()).contains("herald: ").contains(words);
    assertThat(ended.err()).doesNotContain("\tat ", "Exception", "is ready");
    assertThat(ended.code()).as(ended.err()).isEqualTo(code);
  }

  @Test
  void unknownKeys_areAllNamedWithTheirPlace() throws IOException {
    Path file = directory.resolve("herald.yaml");
    Files.writeString(file, "http:\n  port: 0\nmqtt:\n  prot: 1883\n");
    Child.Ended ended =
        HeraldProcess.run(
            environment("HERALD_HTPP_PORT", "1"),
            "standalone",
            "--config",
            file.toString(),
            "--set",
            "wsport=1");

    assertRefused(ended, WRONG, "mqtt.prot", "herald.yaml:4", "did you mean mqtt.port?");
    assertRefused(ended, WRONG, "HERALD_HTPP_PORT", "wsport", "--set");
    assertThat(directory.resolve("data")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "HERALD_MQTT_PORT, 70000, mqtt.port",
    "HERALD_MQTT_PORT, abc, mqtt.port",
    "HERALD_MQTT_CONNECT_TIMEOUT, 5 parsecs, mqtt.connectTimeout"
  })
  void badValues_areNamedWithTheReason(String variable, String value, String key) {
    Child.Ended ended = HeraldProcess.run(environment(variable, value), "standalone");

    assertRefused(ended, WRONG, key, variable);
  }

  @Test
  void openAddress_isRefusedUnlessItIsAllowedInSoManyWords() {
    Child.Ended ended = HeraldProcess.run(environment("HERALD_BIND", "0.0.0.0"), "standalone");

    assertRefused(ended, WRONG, "bind", "0.0.0.0", "insecure.allowOpen");
  }

  @Test
  void missingConfigFile_isNamed() {
    Path file = directory.resolve("none.yaml");
    Child.Ended ended = HeraldProcess.run(environment(), "standalone", "--config", file.toString());

    assertRefused(ended, WRONG, file.toString());
  }

  @Test
  void unknownCommand_isRefused() {
    Child.Ended ended = HeraldProcess.run(environment(), "standalnoe");

    assertThat(ended.code()).isEqualTo(WRONG);
    assertThat(ended.err()).contains("standalnoe", "Did you mean: herald standalone?");
  }

  @ParameterizedTest
  @ValueSource(strings = {"MQTT", "WS", "HTTP"})
  void portInUse_isNamed(String listener) throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      Child.Ended ended =
          HeraldProcess.run(environment("HERALD_" + listener + "_PORT", port), "standalone");

      assertRefused(
          ended, FAILED, listener.toLowerCase(java.util.Locale.ROOT) + ".port", port, "in use");
    }
  }

  @Test
  void dataDirectory_thatIsAFile_isNamed() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "not a directory");
    Child.Ended ended =
        HeraldProcess.run(environment("HERALD_DATA", file.toString()), "standalone");

    assertRefused(ended, FAILED, "data directory", file.toString(), "HERALD_DATA");
    assertThat(file).hasContent("not a directory");
  }

  @Test
  void dataDirectory_thatCannotBeMade_isNamed() {
    Child.Ended ended =
        HeraldProcess.run(environment("HERALD_DATA", "/proc/herald/data"), "standalone");

    assertRefused(ended, FAILED, "data directory", "/proc/herald", "HERALD_DATA");
  }

  @Test
  void secondServerOnTheSameData_isRefusedAndTheFirstServesOn() {
    Path data = directory.resolve("data");
    try (var first = HeraldProcess.start(data);
        var api = new GroupApi(first, "a")) {
      api.create("g", "u", "before");
      Child.Ended ended = HeraldProcess.run(environment(), "standalone");

      assertRefused(ended, FAILED, data.toString(), "in use", Long.toString(first.pid()));
      api.create("g", "u", "after");
      assertThat(api.history("g")).hasSize(2);
      try (var client = Mqtt5.connected(first, "a").subscribe("t", AT_LEAST_ONCE)) {
        client.publish("t", AT_LEAST_ONCE, "m");
        assertThat(client.nextText()).isEqualTo("m");
      }
      assertThat(first.problems()).isEmpty();
    }
  }

  @Test
  void configCommands_work() throws IOException {
    Path file = directory.resolve("herald.yaml");
    Child.Ended defaults = HeraldProcess.run(Map.of(), "config", "defaults");
    assertThat(defaults.code()).isZero();
    Files.writeString(file, defaults.out());
    Child.Ended check = HeraldProcess.run(Map.of(), "config", "check", "--config", file.toString());

    assertThat(check.code()).as(check.err()).isZero();
    Child.Ended env = HeraldProcess.run(Map.of(), "config", "env");
    assertThat(env.out())
        .contains(List.of("HERALD_DATA", "HERALD_HTTP_PORT", "HERALD_MQTT_PORT", "HERALD_WS_PORT"));
    Files.writeString(file, "mqtt:\n  port: -1\n");
    Child.Ended bad = HeraldProcess.run(Map.of(), "config", "check", "--config", file.toString());
    assertRefused(bad, WRONG, "mqtt.port", "herald.yaml:2");
  }
}
