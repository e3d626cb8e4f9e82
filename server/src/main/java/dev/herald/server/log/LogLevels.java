package dev.herald.server.log;

import java.util.logging.LogManager;
import java.util.logging.Logger;
import org.slf4j.event.Level;

/**
 * Which events are logged, for the whole process. Our own from the level set on; those of libraries
 * from warn on, and all of them at trace. Thread-safe.
 */
public final class LogLevels {
  private static volatile Level least = Level.INFO;

  private LogLevels() {}

  /**
   * Sets the least important level that is logged; info until then.
   *
   * @param level the level
   */
  public static void set(Level level) {
    least = level;
  }

  /** Sends what libraries log through {@code java.util.logging} the same way as everything else. */
  public static void takeJavaUtilLogging() {
    LogManager.getLogManager().reset();
    Logger.getLogger("").addHandler(new JavaUtilHandler());
  }

  static boolean shows(Level level, boolean own) {
    Level bound = least;
    if (!own && bound != Level.TRACE && bound.toInt() < Level.WARN.toInt()) {
      bound = Level.WARN;
    }
    return level.toInt() >= bound.toInt();
  }
}
