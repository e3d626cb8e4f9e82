package dev.herald.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Collects what is logged as a warning or worse. */
final class LogWatch extends Handler implements AutoCloseable {
  private static final Logger ROOT = Logger.getLogger("");

  private final List<String> lines = new CopyOnWriteArrayList<>();

  private LogWatch() {
    setLevel(Level.WARNING);
  }

  static LogWatch start() {
    LogWatch watch = new LogWatch();
    console(Level.OFF);
    ROOT.addHandler(watch);
    return watch;
  }

  @Override
  public void publish(LogRecord entry) {
    if (isLoggable(entry)) {
      Throwable cause = entry.getThrown();
      lines.add(entry.getMessage() + (cause == null ? "" : " " + cause));
    }
  }

  /** Expects lines that begin so, and forgets them. */
  void expect(String start) {
    assertThat(lines).anyMatch(line -> line.startsWith(start));
    lines.removeIf(line -> line.startsWith(start));
  }

  /** Awaits a line that begins so, and forgets it. */
  void awaitAndExpect(String start) {
    await().until(() -> lines.stream().anyMatch(line -> line.startsWith(start)));
    expect(start);
  }

  void expectNothing() {
    assertThat(lines).as("logged as a warning or worse").isEmpty();
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    ROOT.removeHandler(this);
    console(Level.INFO);
  }

  /** What is expected is not printed; what is not is in the failure. */
  private static void console(Level level) {
    for (Handler handler : ROOT.getHandlers()) {
      if (handler instanceof ConsoleHandler) {
        handler.setLevel(level);
      }
    }
  }
}
