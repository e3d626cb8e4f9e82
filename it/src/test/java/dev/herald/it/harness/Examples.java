package dev.herald.it.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The examples of a page, run as printed: shell blocks with a mark {@code <!-- run: name -->}
 * before them. They name the default ports; the server of the test listens on others, so the
 * commands they call are found first as scripts that put its ports in place.
 */
public final class Examples {
  private static final Pattern BLOCK =
      Pattern.compile("<!-- run: (\\w+) -->\\n```sh\\n(.*?)```", Pattern.DOTALL);

  private final Map<String, String> blocks;
  private final Path commands;

  /**
   * Makes the examples of a page.
   *
   * @param file the page, below the root of the sources
   * @param server who they talk to
   * @param commands an empty directory
   */
  public Examples(String file, HeraldProcess server, Path commands) {
    this.blocks = blocks(file);
    this.commands = commands;
    for (String client : List.of("mosquitto_sub", "mosquitto_pub", "mosquitto_rr")) {
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

  private void script(String name, String text) {
    try {
      Path file = Files.writeString(commands.resolve(name), "#!/bin/sh\n" + text + "\n");
      assertThat(file.toFile().setExecutable(true)).isTrue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the examples by name, in the page's order. */
  public Map<String, String> all() {
    return blocks;
  }

  /** Runs an example, which must succeed; returns what it printed. */
  public String run(String name) {
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

  /** Returns the examples of a page by name, in its order. */
  public static Map<String, String> blocks(String file) {
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
      throw new UncheckedIOException(e);
    }
  }
}
