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

/** The examples of docs/chats.md, run as printed, with the clients that others wrote. */
class ChatExamplesIT {
  @TempDir Path data;
  @TempDir Path commands;

  @Test
  void examples_showChats() {
    try (HeraldProcess server = HeraldProcess.start(data)) {
      Examples examples = new Examples("docs/chats.md", server, commands);
      assertThat(examples.all().keySet()).containsExactly("talk", "properties", "away", "backend");

      List<String> talk = examples.run("talk").lines().toList();
      assertThat(talk).hasSize(2);
      expectEvent(talk.getFirst(), "joined", 2, "ann", 2);
      assertThat(talk.getLast()).isEqualTo("hello, all");

      List<String> properties = examples.run("properties").lines().toList();
      assertThat(properties).hasSize(2);
      assertThat(properties.getFirst()).startsWith("event:joined seq:2 {\"$chat\":\"joined\",");
      assertThat(properties.getLast()).isEqualTo("from:old user:old seq:3 from an old client");

      List<String> away = examples.run("away").lines().toList();
      assertThat(away).hasSize(3);
      expectEvent(away.getFirst(), "joined", 1, "carl", 1);
      expectEvent(away.get(1), "joined", 2, "dora", 2);
      assertThat(away.getLast()).isEqualTo("when do we meet?");

      List<String> backend = examples.run("backend").lines().toList();
      String all = String.join("\n", backend);
      assertThat(all)
          .contains("{\"chats\":[{", "{\"chatId\":\"support\"")
          .contains("\"clientId\":\"desk\"", "{\"seq\":2}", "we close in five minutes")
          .contains("{\"$chat\":\"ended\",\"chatId\":\"support\"");
    }
  }

  private static void expectEvent(String line, String what, long seq, String client, int left) {
    JsonNode event = GroupApi.json(line);
    assertThat(event.path("$chat").asText()).isEqualTo(what);
    assertThat(event.path("chatId").asText()).isIn("team", "trip");
    assertThat(event.path("seq").asLong()).isEqualTo(seq);
    assertThat(event.path("clientId").asText()).isEqualTo(client);
    assertThat(event.path("userId").asText()).isEqualTo(client);
    assertThat(event.path("participantCount").asInt()).isEqualTo(left);
  }
}
