package dev.herald.server.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an operator wrote for one key, before it is read.
 *
 * @param path the key as written
 * @param text the value; null if {@code items} is given or there is no value at all
 * @param items the value as a sequence; null if it is a single one
 * @param origin where it was written: {@code herald.yaml:3}, {@code environment HERALD_DATA},
 *     {@code --set}
 */
record GivenValue(String path, @Nullable String text, @Nullable List<String> items, String origin) {
  static GivenValue of(String path, String text, String origin) {
    return new GivenValue(path, text, null, origin);
  }

  /** The value as it is quoted to the operator. */
  String quoted() {
    return text != null ? text : items != null ? String.join(", ", items) : "";
  }
}
