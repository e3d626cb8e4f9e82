package dev.herald.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.herald.it.harness.Examples;
import dev.herald.it.harness.GroupApi;
import dev.herald.it.harness.HeraldProcess;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of the README, run as printed. */
class ReadmeIT {
  @TempDir static Path data;
  private static @Nullable HeraldProcess started;

  @TempDir Path commands;

  private final HeraldProcess server = Objects.requireNonNull(started);
  private @Nullable Examples examples;

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
  void findExamples() {
    examples = new Examples("README.md", server, commands);
  }

  private Examples examples() {
    return Objects.requireNonNull(examples);
  }

  @Test
  void examples_areTheSameInBothLanguages() {
    assertThat(examples().all()).hasSizeGreaterThanOrEqualTo(3);
    assertThat(Examples.blocks("README.zh-CN.md")).isEqualTo(examples().all());
  }

  @Test
  void examples_areAllKnownHere() {
    assertThat(examples().all()).containsOnlyKeys("relay", "history", "group");
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

  private String run(String name) {
    return examples().run(name);
  }
}
