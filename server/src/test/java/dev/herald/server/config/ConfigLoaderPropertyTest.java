package dev.herald.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.config.SettingKey;
import dev.herald.core.config.SettingTree;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ConfigLoaderPropertyTest {
  /** What is written as variables is read back as the same values, whatever the keys. */
  @Property(tries = 200)
  void load_valuesWrittenToAnySource_areReadBack(@ForAll("values") Map<SettingKey, Object> values)
      throws Exception {
    var env = new HashMap<String, String>();
    var sets = new LinkedHashMap<String, String>();
    values.forEach((key, value) -> {
      env.put(key.env(), key.show(value));
      sets.put(key.path(), key.path() + "=" + key.show(value));
    });
    var fromEnv = load(env, List.of()).config();
    assertThat(HeraldConfig.TREE.values(fromEnv)).containsAllEntriesOf(values);
    assertThat(load(Map.of(), List.copyOf(sets.values())).config()).isEqualTo(fromEnv);
  }

  @Provide
  Arbitrary<Map<SettingKey, Object>> values() {
    Map<SettingKey, Object> defaults =
        HeraldConfig.TREE.values(SettingTree.defaults(HeraldConfig.class));
    Arbitrary<Integer> ports = Arbitraries.integers().between(0, 65535);
    Arbitrary<String> names = Arbitraries.strings().alpha().numeric().ofMinLength(1);
    Arbitrary<LogLevel> levels = Arbitraries.of(LogLevel.class);
    return Combinators.combine(ports, names, levels)
        .as((port, name, level) -> {
          var values = new LinkedHashMap<>(defaults);
          values.replaceAll((key, value) ->
              key.path().endsWith("port")
                  ? port
                  : value instanceof Path
                      ? Path.of(name)
                      : value instanceof LogLevel ? level : value);
          return values;
        });
  }

  private static LoadedConfig<HeraldConfig> load(Map<String, String> env, List<String> sets)
      throws ConfigException {
    return new ConfigLoader<>(HeraldConfig.TREE).load(null, env, sets);
  }
}
