package dev.herald.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of {@code docs/http-api.md}, run with curl in their order, as printed. */
class HttpApiPageIT {
  private static final Pattern BLOCK =
      Pattern.compile("<!-- run: (\\w+) -->\\n```sh\\n(.*?)```", Pattern.DOTALL);

  @TempDir Path data;

  @Test
  void examples_doWhatThePageSays() throws Exception {
    try (EdgeFixture edge = EdgeFixture.start(data)) {
      Map<String, String> out = new LinkedHashMap<>();
      for (Map.Entry<String, String> block : blocks().entrySet()) {
        out.put(block.getKey(), run(block.getValue(), edge.edge.port()));
      }
      assertThat(out)
          .containsOnlyKeys(
              "create",
              "history",
              "recall",
              "notice",
              "follow",
              "groups",
              "list",
              "publish",
              "consume",
              "notify",
              "export",
              "contract");
      assertThat(out.getOrDefault("create", ""))
          .contains("\"content\":\"good morning\"", "\"seq\":1");
      assertThat(out.getOrDefault("history", "").split("good morning", -1)).hasSize(3);
      assertThat(out.getOrDefault("recall", ""))
          .contains("\"recallCause\":\"typo\"", "\"recalledBy\":\"carol\"")
          .doesNotContain("nihgt");
      assertThat(out.getOrDefault("notice", "").split("We meet in room 2.", -1)).hasSize(3);
      assertThat(out.getOrDefault("follow", ""))
          .contains("\"event\":\"recall\"")
          .endsWith("\"next\":4}");
      assertThat(out.getOrDefault("groups", "")).contains("\"readSeq\":1,\"unread\":1");
      assertThat(out.getOrDefault("list", ""))
          .contains("\"groupId\":\"lobby\",\"seq\":4,\"prunedSeq\":0,", "\"messageTotal\":2,")
          .endsWith("\"after\":null}");
      assertThat(out.getOrDefault("publish", "")).isEqualTo("{\"groups\":0,\"subscribers\":0}");
      assertThat(out.getOrDefault("consume", ""))
          .contains(
              "{\"messages\":[{\"deliveryId\":\"1\",\"attempt\":1,\"topic\":\"jobs/resize\",\"qos\":1,"
                  + "\"payload\":\"image-7.png\",\"contentType\":\"text/plain\"}]}",
              "{\"acknowledged\":[\"1\"],",
              "{\"groups\":1,\"subscribers\":0}");
      assertThat(out.getOrDefault("notify", ""))
          .contains("\"reached\":0,\"complete\":true,\"kept\":true}", "\"online\":false,");
      assertThat(out.getOrDefault("export", "").lines()).hasSize(4);
      assertThat(out.getOrDefault("contract", ""))
          .contains("\"total\":1,", "\"newMessage\":\"hi\"", "\"groupId\":\"lobby\"");
    }
  }

  /** The page names the default port; the server here has another. */
  private static String run(String block, int port) throws IOException, InterruptedException {
    String script = block.replace("127.0.0.1:8000", "127.0.0.1:" + port);
    Process shell = new ProcessBuilder("sh", "-e", "-c", script).redirectErrorStream(true).start();
    shell.getOutputStream().close();
    String out = new String(shell.getInputStream().readAllBytes(), UTF_8);
    assertThat(shell.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(shell.exitValue()).as(out).isZero();
    return out;
  }

  private static Map<String, String> blocks() throws IOException {
    String text = Files.readString(root().resolve("docs/http-api.md"));
    Map<String, String> blocks = new LinkedHashMap<>();
    Matcher block = BLOCK.matcher(text);
    while (block.find()) {
      assertThat(blocks.put(block.group(1), block.group(2))).as(block.group(1)).isNull();
    }
    assertThat(text.split("<!-- run:", -1)).hasSize(blocks.size() + 1);
    return blocks;
  }

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("docs/http-api.md"))) {
      folder = Objects.requireNonNull(folder.getParent(), "not in the project");
    }
    return folder;
  }
}
