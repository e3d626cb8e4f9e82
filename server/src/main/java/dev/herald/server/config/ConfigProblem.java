package dev.herald.server.config;

import java.util.List;

/**
 * One thing wrong with the configuration.
 *
 * @param path the key, or "" if it is about the whole
 * @param origin where it was written, or "" if it was not written at one place
 * @param reason what is wrong, the rest of a sentence
 * @param hints keys that may have been meant
 */
public record ConfigProblem(String path, String origin, String reason, List<String> hints) {
  static ConfigProblem of(String path, String origin, String reason) {
    return new ConfigProblem(path, origin, reason, List.of());
  }

  /** One line: {@code mqtt.prot (herald.yaml:3): unknown key; did you mean mqtt.port?}. */
  @Override
  public String toString() {
    var line = new StringBuilder(path);
    if (!origin.isEmpty()) {
      line.append(path.isEmpty() ? origin : " (" + origin + ")");
    }
    if (!line.isEmpty()) {
      line.append(": ");
    }
    line.append(reason);
    if (!hints.isEmpty()) {
      line.append("; did you mean ").append(String.join(" or ", hints)).append('?');
    }
    return line.toString();
  }
}
