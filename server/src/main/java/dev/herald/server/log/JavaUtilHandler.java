package dev.herald.server.log;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import org.slf4j.LoggerFactory;

/** Hands records of {@code java.util.logging} over to slf4j. Thread-safe. */
final class JavaUtilHandler extends Handler {
  private final SimpleFormatter formatter = new SimpleFormatter();

  @Override
  public void publish(LogRecord entry) {
    String name = entry.getLoggerName();
    LoggerFactory.getLogger(name == null ? "java.util.logging" : name)
        .atLevel(level(entry.getLevel()))
        .setCause(entry.getThrown())
        .log(formatter.formatMessage(entry));
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}

  static org.slf4j.event.Level level(Level level) {
    int value = level.intValue();
    if (value >= Level.SEVERE.intValue()) {
      return org.slf4j.event.Level.ERROR;
    }
    if (value >= Level.WARNING.intValue()) {
      return org.slf4j.event.Level.WARN;
    }
    return value >= Level.INFO.intValue()
        ? org.slf4j.event.Level.INFO
        : org.slf4j.event.Level.DEBUG;
  }
}
