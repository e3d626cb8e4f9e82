package dev.herald.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.herald.it.harness.Child;
import dev.herald.it.harness.GroupApi;
import dev.herald.it.harness.HeraldProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The examples of the README, run as printed. They name the default ports; the server here listens
 * on others, so the commands they call are found first as scripts that put its ports in place.
 */
class ReadmeIT {
  private static final Pattern BLOCK =
      Pattern.compile("<!-- run: (\\w+) -->\\n```sh\\n(.*?)```", Pattern.DOTALL);

  @TempDir static Path data;
  private static @Nullable HeraldProcess started;

  @TempDir Path commands;

  private final Map<String, String> blocks = blocks("README.md");
  private final HeraldProcess server = Objects.requireNonNull(started);

  @BeforeAll
  static void start() {
    started = HeraldProcess.start(data);
  }

  @AfterAll
  static void close() {
    if (started != null) {
      started.close();
    }
  }

  @BeforeEach
  void putPortsInPlace() throws IOException {
    for (String client : List.of("mosquitto_sub", "mosquitto_pub")) {
      script(client, "exec " + Child.find(client) + " -p " + server.ports().mqtt() + " \"$@\"");
    }
    String address = "127.0.0.1:" + server.ports().http();
    script(
        "curl",
        """
        for word; do
          shift
          set -- "$@" "$(printf '%s' "$word" | sed 's|127.0.0.1:8000|ADDRESS|')"
        done
        exec CURL "$@"
        """
            .replace("ADDRESS", address)
            .replace("CURL", Child.find("curl").toString()));
  }

  private void script(String name, String text) throws IOException {
    Path file = Files.writeString(commands.resolve(name), "#!/bin/sh\n" + text + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  @Test
  void examples_areTheSameInBothLanguages() {
    assertThat(blocks).hasSizeGreaterThanOrEqualTo(3);
    assertThat(blocks("README.zh-CN.md")).isEqualTo(blocks);
  }

  @Test
  void examples_areAllKnownHere() {
    assertThat(blocks).containsOnlyKeys("relay", "history", "group");
  }

  @Test
  void relay_bringsTheMessage() {
    assertThat(run("relay")).isEqualTo("21.5 C");
  }

  @Test
  void history_hasTheMessage_alsoAfterACrash() {
    String out = run("history");
    assertThat(out)
        .startsWith("{\"success\":true,\"code\":0,\"message\":\"success\",\"data\":\"\"}");
    assertThat(out).contains("\"content\":\"good morning\"", "\"userId\":\"carol\"");

    server.kill();
    server.restart();
    String again = run("history");
    assertThat(again.split("good morning", -1)).as(again).hasSize(3);
  }

  @Test
  void group_bringsTheEvent() {
    JsonNode event = GroupApi.json(run("group"));

    assertThat(event.path("event").asText()).isEqualTo("create");
    assertThat(event.path("message").path("content").asText()).isEqualTo("hello from MQTT");
    assertThat(event.path("message").path("userId").asText()).isEqualTo("erin");
    assertThat(event.path("message").path("appId").asText()).isEqualTo("demo");
  }

  /** Runs an example; what it printed. */
  private String run(String name) {
    String block = blocks.getOrDefault(name, "exit 1");
    String path = commands + ":" + System.getenv("PATH");
    try (Child shell =
        Child.start(List.of("sh", "-e", "-c", block), Map.of("PATH", path), commands)) {
      Child.Ended ended = shell.awaitEnd(Duration.ofSeconds(60));
      assertThat(ended.err()).isEmpty();
      assertThat(ended.code()).isZero();
      return ended.out().strip();
    }
  }

  private static Map<String, String> blocks(String file) {
    try {
      String text = Files.readString(HeraldProcess.root().resolve(file));
      Map<String, String> found = new LinkedHashMap<>();
      Matcher block = BLOCK.matcher(text);
      while (block.find()) {
        assertThat(found.put(block.group(1), block.group(2))).as(block.group(1)).isNull();
      }
      assertThat(text.split("<!-- run:", -1)).as("marks in " + file).hasSize(found.size() + 1);
      return found;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
