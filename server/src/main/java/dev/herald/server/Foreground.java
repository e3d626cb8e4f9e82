package dev.herald.server;

import dev.herald.server.config.ConfigException;
import dev.herald.server.config.ConfigLoader;
import dev.herald.server.config.HeraldConfig;
import dev.herald.server.config.LoadedConfig;
import dev.herald.server.log.LogLevels;
import java.io.PrintWriter;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Runs one server in the foreground: what {@code herald standalone} does. For one thread, once. */
final class Foreground {
  /** The exit code when the start failed. */
  static final int START_FAILED = 1;

  /** The exit code when the command line or the configuration is wrong. */
  static final int WRONG = 2;

  private static final Logger LOG = LoggerFactory.getLogger(Foreground.class);

  private final Map<String, String> env;
  private final StopSignal stop;
  private final PrintWriter err;

  /**
   * A server that is not started.
   *
   * @param env the environment variables
   * @param stop asks it to stop
   * @param err takes the banner, or why there is none
   */
  Foreground(Map<String, String> env, StopSignal stop, PrintWriter err) {
    this.env = env;
    this.stop = stop;
    this.err = err;
  }

  /**
   * Runs until it is asked to stop.
   *
   * @param choice which configuration is meant
   * @return the exit code
   */
  int run(ConfigChoice choice) throws InterruptedException {
    try {
      serve(choice);
      return 0;
    } catch (ConfigException e) {
      return refuse(err, e);
    } catch (StartException e) {
      err.println("herald: " + e.getMessage());
      return START_FAILED;
    }
  }

  /** Says why the configuration is refused; gives the exit code. */
  static int refuse(PrintWriter err, ConfigException refused) {
    err.println("herald: " + refused.getMessage());
    return WRONG;
  }

  private void serve(ConfigChoice choice)
      throws ConfigException, StartException, InterruptedException {
    LoadedConfig<HeraldConfig> loaded =
        new ConfigLoader<>(HeraldConfig.TREE).load(choice.file(), env, choice.sets());
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
    try (var server = new Standalone(config, BuildVersion.text())) {
      server.start();
      err.print(Banner.of(server, config));
      err.flush();
      stop.await();
      LOG.info("server.stopping");
    }
    LOG.info("server.stopped");
  }
}
