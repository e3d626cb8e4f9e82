package dev.herald.server;

import dev.herald.server.config.ConfigException;
import dev.herald.server.config.ConfigLoader;
import dev.herald.server.config.HeraldConfig;
import dev.herald.server.config.LoadedConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say which configuration is meant; shared by all commands that read it. */
final class ConfigOptions {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The YAML file to read; HERALD_CONFIG names it else.")
  @Nullable Path file;

  @Option(
      names = {"-s", "--set"},
      paramLabel = "KEY=VALUE",
      description = "Sets one value, over file and environment. May be repeated.")
  List<String> sets = new ArrayList<>();

  /**
   * Reads the configuration.
   *
   * @param env the environment variables
   * @throws ConfigException if it is refused
   */
  LoadedConfig<HeraldConfig> load(Map<String, String> env) throws ConfigException {
    return new ConfigLoader<>(HeraldConfig.TREE).load(file, env, sets);
  }
}
