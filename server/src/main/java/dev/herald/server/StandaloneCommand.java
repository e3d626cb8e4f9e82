package dev.herald.server;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command {@code herald standalone}: runs a server in the foreground until asked to stop. */
@Command(
    name = "standalone",
    description =
        "Runs one server in the foreground until SIGTERM or SIGINT. Logs to standard error.",
    mixinStandardHelpOptions = true,
    versionProvider = HeraldVersion.class)
final class StandaloneCommand implements Callable<Integer> {
  private final Map<String, String> env;
  private final StopSignal stop;

  @Mixin private ConfigOptions options = new ConfigOptions();
  @Spec private CommandSpec spec = CommandSpec.create();

  StandaloneCommand(Map<String, String> env, StopSignal stop) {
    this.env = env;
    this.stop = stop;
  }

  @Override
  public Integer call() throws InterruptedException {
    return serve(options);
  }

  /** Runs a server with the configuration of these options until it is asked to stop. */
  int serve(ConfigOptions chosen) throws InterruptedException {
    return new Foreground(env, stop, spec.commandLine().getErr()).run(chosen.choice());
  }
}
