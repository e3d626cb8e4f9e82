package dev.herald.testkit;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Takes what Herald logs until it is closed, so that a test can say which lines it expects and they
 * do not clutter its output. Works where logs go to java.util.logging. Thread-safe.
 */
public final class LogCapture implements AutoCloseable {
  private final Logger logger = Logger.getLogger("dev.herald");
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          lines.add(line.getLevel() + " " + line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  /** Begins to take lines. */
  public LogCapture() {
    logger.setUseParentHandlers(false);
    logger.addHandler(handler);
  }

  /** Returns what was logged so far: level, as java.util.logging names it, a space and the text. */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  @Override
  public void close() {
    logger.removeHandler(handler);
    logger.setUseParentHandlers(true);
  }
}
