package dev.herald.server;

import dev.herald.server.config.ConfigException;
import dev.herald.server.config.HeraldConfig;
import dev.herald.server.config.LoadedConfig;
import dev.herald.server.log.LogLevels;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
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
  private static final Logger LOG = LoggerFactory.getLogger(StandaloneCommand.class);

  private final Map<String, String> env;
  private final StopSignal stop;

  @Mixin private ConfigOptions options = new ConfigOptions();
  @Spec private CommandSpec spec = CommandSpec.create();

  StandaloneCommand(Map<String, String> env, StopSignal stop) {
    this.env = env;
    this.stop = stop;
  }

  @Override
  public Integer call() throws ConfigException, StartException, InterruptedException {
    return serve(options);
  }

  /** Runs a server with the configuration of these options until it is asked to stop. */
  int serve(ConfigOptions chosen) throws ConfigException, StartException, InterruptedException {
    LoadedConfig<HeraldConfig> loaded = chosen.load(env);
    HeraldConfig config = loaded.config();
    stop.expect();
    LogLevels.set(Level.valueOf(config.log().level().name()));
    LogLevels.takeJavaUtilLogging();
    LOG.info("config.loaded changed={}", loaded.changed());
    if (config.isOpen()) {
      LOG.warn(
          "server.open bind={} note=anybody who reaches this server can read and send everything",
          config.bind());
    }
    try (var server = new Standalone(config, HeraldVersion.text())) {
      server.start();
      PrintWriter err = spec.commandLine().getErr();
      err.print(Banner.of(server, config));
      err.flush();
      stop.await();
      LOG.info("server.stopping");
    }
    LOG.info("server.stopped");
    return 0;
  }
}
