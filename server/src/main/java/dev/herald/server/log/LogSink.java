package dev.herald.server.log;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * Where log lines go: standard error, unbuffered, a line at a time. Thread-safe.
 *
 * <p>The form is {@code time level event key=value ...}; what a library says is the event {@code
 * library} with the keys {@code logger} and {@code message}. Control characters are replaced, so
 * that nobody forges lines.
 */
final class LogSink {
  /** The prefix of our own loggers. */
  static final String OWN = "dev.herald.";

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSX", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final LogSink STANDARD_ERROR =
      new LogSink(
          new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));

  private final PrintStream out;

  LogSink(PrintStream out) {
    this.out = out;
  }

  static LogSink standardError() {
    return STANDARD_ERROR;
  }

  void write(Instant time, Level level, String logger, String text, @Nullable Throwable cause) {
    var line = new StringBuilder(128);
    line.append(TIME.format(time)).append(' ');
    line.append(String.format(Locale.ROOT, "%-5s", level)).append(' ');
    if (logger.startsWith(OWN)) {
      line.append(printable(text));
    } else {
      line.append("library logger=").append(logger).append(" message=\"");
      line.append(printable(text).replace('"', '\'')).append('"');
    }
    if (cause != null) {
      var trace = new StringWriter();
      cause.printStackTrace(new PrintWriter(trace));
      trace.toString().lines().forEach(row -> line.append("\n  ").append(printable(row)));
    }
    line.append('\n');
    synchronized (this) {
      out.print(line);
      out.flush();
    }
  }

  private static String printable(String text) {
    return text.replace('\t', ' ').replaceAll("\\p{Cntrl}", "?");
  }
}
