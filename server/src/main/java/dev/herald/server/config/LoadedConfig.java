package dev.herald.server.config;

import dev.herald.core.config.SettingKey;
import dev.herald.core.config.SettingTree;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A configuration that was read, and where each given value came from. Immutable.
 *
 * @param config the record
 * @param tree the tree it was read with
 * @param origins where each key that was given was last written
 * @param <T> the record at the root of the tree
 */
public record LoadedConfig<T extends Record>(
    T config, SettingTree<T> tree, Map<SettingKey, String> origins) {
  /**
   * The values that differ from their defaults, as {@code key=value (origin)}, in the order of the
   * tree; secrets are masked.
   */
  public List<String> changed() {
    return tree.values(config).entrySet().stream()
        .filter(e -> !Objects.equals(e.getValue(), e.getKey().defaultValue()))
        .map(e -> line(e.getKey(), e.getValue()))
        .toList();
  }

  private String line(SettingKey key, Object value) {
    return key.path() + "=" + key.show(value) + " (" + origins.get(key) + ")";
  }
}
