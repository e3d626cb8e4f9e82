package dev.herald.server.log;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/** A logger that writes to a sink what the levels let through. Thread-safe. */
final class SinkLogger extends LegacyAbstractLogger {
  private static final long serialVersionUID = 1L;

  private final transient LogSink sink;
  private final boolean own;

  SinkLogger(String name, LogSink sink) {
    this.name = name;
    this.sink = sink;
    this.own = name.startsWith(LogSink.OWN);
  }

  @Override
  protected void handleNormalizedLoggingCall(
      Level level,
      @Nullable Marker marker,
      String pattern,
      Object @Nullable [] arguments,
      @Nullable Throwable cause) {
    String text = MessageFormatter.basicArrayFormat(pattern, arguments);
    sink.write(Instant.now(), level, name, text == null ? "" : text, cause);
  }

  @Override
  protected @Nullable String getFullyQualifiedCallerName() {
    return null;
  }

  @Override
  public boolean isErrorEnabled() {
    return LogLevels.shows(Level.ERROR, own);
  }

  @Override
  public boolean isWarnEnabled() {
    return LogLevels.shows(Level.WARN, own);
  }

  @Override
  public boolean isInfoEnabled() {
    return LogLevels.shows(Level.INFO, own);
  }

  @Override
  public boolean isDebugEnabled() {
    return LogLevels.shows(Level.DEBUG, own);
  }

  @Override
  public boolean isTraceEnabled() {
    return LogLevels.shows(Level.TRACE, own);
  }
}
