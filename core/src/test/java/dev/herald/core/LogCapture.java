package dev.herald.core;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Filter;
import java.util.logging.Logger;

/** Takes what a class logs while it is open, so that an expected error is checked, not printed. */
public final class LogCapture implements AutoCloseable {
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Logger logger;

  private LogCapture(Logger logger) {
    this.logger = logger;
    Filter taking =
        entry -> {
          lines.add(entry.getMessage());
          return false;
        };
    logger.setFilter(taking);
  }

  /** Starts to take what a class logs. */
  public static LogCapture of(Class<?> source) {
    return new LogCapture(Logger.getLogger(source.getName()));
  }

  /** Returns what was logged, without the causes. */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  @Override
  public void close() {
    logger.setFilter(null);
  }
}
