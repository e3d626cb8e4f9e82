package dev.herald.server;

import dev.herald.server.config.ConfigException;
import dev.herald.server.config.ConfigLoader;
import dev.herald.server.config.ConfigPages;
import dev.herald.server.config.HeraldConfig;
import dev.herald.server.config.LoadedConfig;
import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code herald config}: checks and describes the configuration. */
@Command(
    name = "config",
    description = "Checks and describes the configuration.",
    mixinStandardHelpOptions = true,
    versionProvider = HeraldVersion.class)
final class ConfigCommand implements Runnable {
  private final Map<String, String> env;
  private final ConfigPages pages = new ConfigPages(HeraldConfig.TREE);

  @Spec private CommandSpec spec = CommandSpec.create();

  ConfigCommand(Map<String, String> env) {
    this.env = env;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "What about the configuration?");
  }

  @Command(
      description =
          "Says whether the configuration is good, and what differs from the defaults."
              + " Starts nothing.",
      mixinStandardHelpOptions = true)
  int check(@Mixin ConfigOptions options) {
    ConfigChoice choice = options.choice();
    try {
      LoadedConfig<HeraldConfig> loaded =
          new ConfigLoader<>(HeraldConfig.TREE).load(choice.file(), env, choice.sets());
      out().println("The configuration is good.");
      loaded.changed().forEach(line -> out().println("  " + line));
      return 0;
    } catch (ConfigException e) {
      return Foreground.refuse(spec.commandLine().getErr(), e);
    }
  }

  @Command(
      description = "Prints a YAML file with every setting, its default and its meaning.",
      mixinStandardHelpOptions = true)
  int defaults() {
    return print(pages.defaultsYaml());
  }

  @Command(
      description = "Prints the reference of all settings in Markdown.",
      mixinStandardHelpOptions = true)
  int doc() {
    return print(pages.referenceMarkdown());
  }

  @Command(
      name = "env",
      description = "Prints every environment variable with its default.",
      mixinStandardHelpOptions = true)
  int environment() {
    return print(pages.environment());
  }

  private int print(String page) {
    out().print(page);
    out().flush();
    return 0;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
