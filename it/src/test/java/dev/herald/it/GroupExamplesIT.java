package dev.herald.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.herald.it.harness.Examples;
import dev.herald.it.harness.GroupApi;
import dev.herald.it.harness.HeraldProcess;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of docs/mqtt-groups.md, run as printed, with the clients that others wrote. */
class GroupExamplesIT {
  @TempDir Path data;
  @TempDir Path commands;

  @Test
  void examples_showAConversation() {
    try (HeraldProcess server = HeraldProcess.start(data)) {
      Examples examples = new Examples("docs/mqtt-groups.md", server, commands);
      assertThat(examples.all().keySet())
          .containsExactly("write", "missed", "history", "recall", "notice");

      List<String> written = examples.run("write").lines().toList();
      assertThat(written).hasSize(2);
      expectMessage(GroupApi.json(written.getFirst()), 1, "hello");
      expectMessage(GroupApi.json(written.getLast()), 2, "lunch at one?");

      expectMessage(GroupApi.json(examples.run("missed")), 2, "lunch at one?");

      JsonNode history = GroupApi.json(examples.run("history"));
      assertThat(history.path("head").asLong()).as("a retry made no message").isEqualTo(2);
      expectMessage(history.path("events").path(0), 1, "hello");
      expectMessage(history.path("events").path(1), 2, "lunch at one?");

      JsonNode recalled = GroupApi.json(examples.run("recall"));
      assertThat(recalled.path("status").asInt()).isZero();
      assertThat(recalled.path("content").asText()).isEmpty();
      assertThat(recalled.path("recallCause").asText()).isEqualTo("typo");

      JsonNode notice = GroupApi.json(examples.run("notice"));
      assertThat(notice.path("title").asText()).isEqualTo("Lunch");
      assertThat(notice.path("userId").asText()).isEqualTo("bob");

      JsonNode events = GroupApi.json(examples.run("history")).path("events");
      assertThat(events.findValuesAsText("event")).containsExactly("recall", "notice");
      assertThat(events.findValuesAsText("content")).containsExactly("", "at one, in the yard");

      JsonNode refused = GroupApi.json(examples.run("recall"));
      assertThat(refused.path("type").asText()).isEqualTo("urn:herald:error:MESSAGE_RECALLED");
      assertThat(refused.path("status").asInt()).isEqualTo(409);
    }
  }

  private static void expectMessage(JsonNode event, long seq, String content) {
    assertThat(event.path("event").asText()).isEqualTo("create");
    assertThat(event.path("seq").asLong()).isEqualTo(seq);
    assertThat(event.path("message").path("content").asText()).isEqualTo(content);
    assertThat(event.path("message").path("userId").asText()).isEqualTo("bob");
  }
}
