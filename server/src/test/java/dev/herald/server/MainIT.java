package dev.herald.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The process itself: exit codes, signals and standard streams. */
@Timeout(120)
class MainIT {
  /** CONNECT of MQTT 5: clean start, keep-alive 60 s, no properties, client id "c". */
  private static final byte[] CONNECT =
      HexFormat.of().parseHex("100e 0004 4d515454 05 02 003c 00 0001 63".replace(" ", ""));

  private static final Duration STOP_MAX = Duration.ofSeconds(20);

  @TempDir Path dir;
  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void endWhatIsLeft() {
    processes.forEach(Process::destroyForcibly);
  }

  private Process start(String... sets) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.addAll(
        List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("dev.herald.server.Main", "standalone"));
    for (String set : sets) {
      command.addAll(List.of("--set", set));
    }
    var builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("HERALD_"));
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  private Process startOnFreePorts() throws IOException {
    return start("data=" + dir, "mqtt.port=0", "ws.port=0", "http.port=0");
  }

  /** Reads standard error up to the line that says it started; gives that line. */
  private static String awaitStarted(BufferedReader err) throws IOException {
    for (String line = err.readLine(); line != null; line = err.readLine()) {
      if (line.contains(" server.started ")) {
        return line;
      }
    }
    throw new AssertionError("it ended before it had started");
  }

  private static int mqttPort(String startedLine) {
    return Integer.parseInt(startedLine.replaceAll(".* mqttPort=([0-9]+) .*", "$1"));
  }

  private static void awaitEnd(Process process) throws InterruptedException {
    assertThat(process.waitFor(STOP_MAX.toSeconds(), TimeUnit.SECONDS)).as("ended").isTrue();
  }

  private static String text(InputStream in) throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void sigterm_clientsAreTold_andTheExitCodeIs0() throws Exception {
    Process process = startOnFreePorts();
    try (BufferedReader err = process.errorReader()) {
      int port = mqttPort(awaitStarted(err));
      try (var client = new Socket(InetAddress.getLoopbackAddress(), port)) {
        client.getOutputStream().write(CONNECT);
        InputStream in = client.getInputStream();
        assertThat(in.read()).as("CONNACK").isEqualTo(0x20);
        in.skipNBytes(in.read());
        process.toHandle().destroy(); // SIGTERM; Process.destroy would close the streams too
        byte[] rest = in.readAllBytes();
        assertThat(rest[0]).as("DISCONNECT").isEqualTo((byte) 0xE0);
        assertThat(rest[2]).as("server shutting down").isEqualTo((byte) 0x8B);
      }
      assertThat(err.lines()).anyMatch(line -> line.endsWith(" server.stopped"));
    }
    awaitEnd(process);
    assertThat(process.exitValue()).isZero();
    assertThat(text(process.getInputStream())).as("standard output").isEmpty();
  }

  @Test
  void dataDirectoryOfAnotherProcess_is1_andTheFirstGoesOn() throws Exception {
    Process first = startOnFreePorts();
    try (BufferedReader err = first.errorReader()) {
      String started = awaitStarted(err);
      Process second = startOnFreePorts();
      awaitEnd(second);
      assertThat(second.exitValue()).isEqualTo(1);
      assertThat(text(second.getErrorStream()))
          .contains("is in use by another Herald, process " + first.pid())
          .doesNotContain("Exception");
      try (var client = new Socket(InetAddress.getLoopbackAddress(), mqttPort(started))) {
        assertThat(client.isConnected()).isTrue();
      }
    }
  }

  /** A server that is still starting when the signal comes also stops in order. */
  @Test
  void sigterm_whileStarting_theExitCodeIs0() throws Exception {
    Process process = startOnFreePorts();
    try (BufferedReader err = process.errorReader()) {
      assertThat(err.readLine()).contains(" config.loaded ");
      process.toHandle().destroy();
      assertThat(err.lines()).anyMatch(line -> line.endsWith(" server.stopped"));
    }
    awaitEnd(process);
    assertThat(process.exitValue()).isZero();
  }

  @Test
  void unknownKey_is2_withoutAStackTrace() throws Exception {
    Process process = start("data=" + dir, "mqtt.prot=1");
    awaitEnd(process);
    assertThat(process.exitValue()).isEqualTo(2);
    assertThat(text(process.getInputStream())).isEmpty();
    assertThat(text(process.getErrorStream()))
        .isEqualTo(
            """
            herald: the configuration has a problem:
              mqtt.prot (--set): is no known key; did you mean mqtt.port?
            """);
  }
}
