package dev.herald.server;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

  ConfigChoice choice() {
    return new ConfigChoice(file, List.copyOf(sets));
  }
}
