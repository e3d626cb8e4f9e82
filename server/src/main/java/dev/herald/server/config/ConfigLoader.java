package dev.herald.server.config;

import dev.herald.core.config.SettingKey;
import dev.herald.core.config.SettingTree;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the configuration: defaults, then a YAML file, then environment variables, then {@code
 * --set}, the later over the earlier. Every problem of every source is collected before it refuses,
 * also those of values that a later source replaces. For one thread, once.
 *
 * @param <T> the record at the root of the tree
 */
public final class ConfigLoader<T extends Record> {
  /** The environment variable that names the YAML file. */
  public static final String FILE_VARIABLE = "HERALD_CONFIG";

  private static final String PREFIX = "HERALD_";
  private static final Set<String> LAUNCHER_VARIABLES =
      Set.of(FILE_VARIABLE, "HERALD_JAVA_HOME", "HERALD_JAVA_OPTS", "HERALD_AOT");
  private static final int QUOTED_MAX = 80;

  private final SettingTree<T> tree;
  private final Map<String, SettingKey> byPath;
  private final Map<String, SettingKey> byEnv;
  private final Map<SettingKey, Object> values = new LinkedHashMap<>();
  private final Map<SettingKey, String> origins = new LinkedHashMap<>();
  private final List<ConfigProblem> problems = new ArrayList<>();

  /** A loader for one tree. */
  public ConfigLoader(SettingTree<T> tree) {
    this.tree = tree;
    this.byPath = byName(tree, SettingKey::path);
    this.byEnv = byName(tree, SettingKey::env);
  }

  /**
   * Reads the configuration.
   *
   * @param file the YAML file; null for the one that {@link #FILE_VARIABLE} names, if any
   * @param env the environment variables
   * @param sets {@code key=value} each, as given on the command line
   * @throws ConfigException if anything is unknown, unreadable or out of bounds
   */
  public LoadedConfig<T> load(@Nullable Path file, Map<String, String> env, List<String> sets)
      throws ConfigException {
    String named = env.getOrDefault(FILE_VARIABLE, "");
    if (file != null) {
      takeFile(file);
    } else if (!named.isEmpty()) {
      takeFile(Path.of(named));
    }
    takeEnvironment(env);
    sets.forEach(this::takeSet);
    T config =
        tree.build(
            key -> values.computeIfAbsent(key, SettingKey::defaultValue),
            (section, e) -> problems.add(ConfigProblem.of(section, "", reason(e))));
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    return new LoadedConfig<>(config, tree, origins);
  }

  private void takeFile(Path file) {
    var yaml = new YamlFile(file);
    yaml.read();
    problems.addAll(yaml.problems());
    yaml.values().forEach(this::take);
  }

  private void takeEnvironment(Map<String, String> env) {
    for (var variable : new TreeMap<>(env).entrySet()) {
      String name = variable.getKey();
      if (!name.startsWith(PREFIX) || LAUNCHER_VARIABLES.contains(name)) {
        continue;
      }
      SettingKey key = byEnv.get(name);
      if (key == null) {
        var hints = NearMiss.of(name, byEnv.keySet());
        problems.add(
            new ConfigProblem("", "environment " + name, "is the name of no setting", hints));
      } else {
        take(GivenValue.of(key.path(), variable.getValue(), "environment " + name));
      }
    }
  }

  private void takeSet(String set) {
    int equals = set.indexOf('=');
    if (equals < 1) {
      problems.add(ConfigProblem.of("", "--set " + set, "must be key=value"));
    } else {
      take(GivenValue.of(set.substring(0, equals).strip(), set.substring(equals + 1), "--set"));
    }
  }

  private void take(GivenValue given) {
    SettingKey key = byPath.get(given.path());
    if (key == null) {
      takeUnknown(given);
      return;
    }
    String text = given.text();
    List<String> items = given.items();
    if (text == null && items == null) {
      refuse(given, "has no value; leave it out for the default, " + key.show(key.defaultValue()));
      return;
    }
    try {
      values.put(key, items != null ? key.parse(items) : key.parse(text == null ? "" : text));
      origins.put(key, given.origin());
    } catch (IllegalArgumentException e) {
      String shown = key.setting().secret() ? SettingKey.MASK : quote(given.quoted());
      refuse(given, shown + " " + reason(e));
    }
  }

  private void takeUnknown(GivenValue given) {
    if (tree.sections().containsKey(given.path())) {
      if (given.text() != null || given.items() != null) {
        refuse(given, "is a section and takes no value of its own");
      }
      return;
    }
    var hints = NearMiss.of(given.path(), byPath.keySet());
    problems.add(new ConfigProblem(given.path(), given.origin(), "is no known key", hints));
  }

  private void refuse(GivenValue given, String reason) {
    problems.add(ConfigProblem.of(given.path(), given.origin(), reason));
  }

  private static String reason(IllegalArgumentException e) {
    return e.getMessage() == null ? "is refused" : e.getMessage();
  }

  private static String quote(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return "'" + (line.length() > QUOTED_MAX ? line.substring(0, QUOTED_MAX) + "..." : line) + "'";
  }

  private static <T extends Record> Map<String, SettingKey> byName(
      SettingTree<T> tree, Function<SettingKey, String> name) {
    return tree.keys().stream()
        .collect(
            Collectors.toMap(
                name, key -> key, (a, b) -> a, () -> new LinkedHashMap<String, SettingKey>()));
  }
}
