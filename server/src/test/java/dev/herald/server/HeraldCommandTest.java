package dev.herald.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeraldCommandTest {
  @TempDir Path dir;

  private record Ended(int exitCode, String out, String err) {}

  private static Ended run(Map<String, String> env, String... args) {
    var out = new StringWriter();
    var err = new StringWriter();
    var stop = new StopSignal();
    int code =
        HeraldCommand.run(args, env, stop, new PrintWriter(out, true), new PrintWriter(err, true));
    return new Ended(code, out.toString(), err.toString());
  }

  private static Ended run(String... args) {
    return run(Map.of(), args);
  }

  @Test
  void version_isThatOfTheBuild() {
    for (String[] args : new String[][] {{"version"}, {"--version"}, {"-V"}}) {
      Ended ended = run(args);
      assertThat(ended.exitCode()).isZero();
      assertThat(ended.out()).matches("herald [0-9]+\\.[0-9]+\\.[0-9]+(-SNAPSHOT)?\\R");
      assertThat(ended.err()).isEmpty();
    }
  }

  @Test
  void help_namesCommandsAndExitCodes() {
    Ended ended = run("--help");
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.out())
        .contains("standalone", "config", "export", "bench", "version", "--set", "Exit codes:");
    assertThat(ended.err()).isEmpty();
    assertThat(run("config", "--help").out()).contains("check", "defaults", "doc", "env");
  }

  @Test
  void commandLine_wrong_is2OnStandardError() {
    for (String[] args : new String[][] {{"nonsense"}, {"--nonsense"}, {"config"}, {"--set"}}) {
      Ended ended = run(args);
      assertThat(ended.exitCode()).as(String.join(" ", args)).isEqualTo(2);
      assertThat(ended.out()).isEmpty();
      assertThat(ended.err()).isNotBlank();
    }
  }

  @Test
  void configuration_wrong_is2WithEveryProblem_andStartsNothing() {
    Path data = dir.resolve("data");
    String[] settings = {"--set", "data=" + data, "--set", "mqtt.prot=1", "--set", "ws.port=-1"};
    for (String[] command : new String[][] {{}, {"standalone"}, {"config", "check"}}) {
      Ended ended = run(Map.of("HERALD_NOPE", "1"), concat(command, settings));
      assertThat(ended.exitCode()).isEqualTo(2);
      assertThat(ended.out()).isEmpty();
      assertThat(ended.err())
          .startsWith("herald: the configuration has 3 problems:\n")
          .contains("\n  mqtt.prot (--set): is no known key; did you mean mqtt.port?\n")
          .contains("\n  ws.port (--set): '-1' must be 0 to 65535\n")
          .contains("\n  environment HERALD_NOPE: is the name of no setting\n");
      assertThat(data).doesNotExist();
    }
  }

  @Test
  void configCheck_good_printsWhatDiffers() throws Exception {
    Path file = Files.writeString(dir.resolve("h.yaml"), "mqtt:\n  port: 1\n");
    Ended ended = run(Map.of("HERALD_CONFIG", file.toString()), "config", "check");
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.out().lines())
        .containsExactly("The configuration is good.", "  mqtt.port=1 (" + file + ":2)");
    assertThat(ended.err()).isEmpty();
  }

  @Test
  void configPages_goToStandardOut() {
    assertThat(run("config", "defaults").out()).contains("\nmqtt:\n", "\n  port: 1883\n");
    assertThat(run("config", "env").out()).contains("HERALD_MQTT_PORT=1883\n");
    assertThat(run("config", "doc").out()).startsWith("# Configuration\n");
  }

  @Test
  void dataDirectory_notWritable_is1WithOneSentence() throws Exception {
    Path file = Files.createFile(dir.resolve("file"));
    Ended ended = run("standalone", "--set", "data=" + file.resolve("data"));
    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err().lines())
        .singleElement()
        .asString()
        .startsWith("herald: the data directory " + file)
        .contains("cannot be written");
  }

  @Test
  void dataDirectory_inUse_is1WithOneSentence() throws Exception {
    try (var held = DataDirectory.open(dir)) {
      Ended ended = run("--set", "data=" + held.path());
      assertThat(ended.exitCode()).isEqualTo(1);
      assertThat(ended.err().lines()).singleElement().asString().contains("in use by another");
    }
  }

  private static String[] concat(String[] first, String[] second) {
    var all = new String[first.length + second.length];
    System.arraycopy(first, 0, all, 0, first.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }
}
