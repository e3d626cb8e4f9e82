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

/** The examples of docs/notifications.md, run as printed, with the clients that others wrote. */
class NotificationExamplesIT {
  @TempDir Path data;
  @TempDir Path commands;

  @Test
  void examples_showNotificationsAndPresence() {
    try (HeraldProcess server = HeraldProcess.start(data)) {
      Examples examples = new Examples("docs/notifications.md", server, commands);
      assertThat(examples.all().keySet())
          .containsExactly("push", "tags", "later", "me", "old", "presence", "seen");

      assertThat(examples.run("push"))
          .contains("Dinner is ready", "\"reached\":1,\"complete\":true,\"kept\":false}");
      assertThat(examples.run("tags"))
          .contains("Update now", "\"reached\":1,\"complete\":true,\"kept\":false}");
      assertThat(examples.run("later")).contains("\"reached\":0", "\"kept\":true}", "Welcome back");

      JsonNode me = GroupApi.json(examples.run("me"));
      assertThat(me.path("clientId").asText()).isEqualTo("ann-phone");
      assertThat(me.path("user").asText()).isEqualTo("ann");
      assertThat(me.path("tags")).extracting(JsonNode::asText).containsExactly("beta");

      assertThat(examples.run("old")).contains("For all", "\"reached\":1,");

      List<String> presence = examples.run("presence").lines().toList();
      assertThat(presence).hasSize(3);
      assertThat(GroupApi.json(presence.get(0)).path("event").asText()).isEqualTo("state");
      assertThat(GroupApi.json(presence.get(1)).path("event").asText()).isEqualTo("online");
      JsonNode last = GroupApi.json(presence.get(2));
      assertThat(last.path("event").asText()).isEqualTo("offline");
      assertThat(last.path("clientId").asText()).isEqualTo("ann-laptop");
      assertThat(last.path("device").asText()).isEqualTo("laptop");

      JsonNode seen = GroupApi.json(examples.run("seen"));
      assertThat(seen.path("online").asBoolean()).isFalse();
      assertThat(seen.path("lastSeen").asLong()).isPositive();
    }
  }
}
