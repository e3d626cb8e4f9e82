package dev.herald.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ServiceLoader;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

class LogSinkTest {
  private static final Instant TIME = Instant.parse("2026-11-21T10:11:12.005Z");

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final LogSink sink = new LogSink(new PrintStream(bytes, true, StandardCharsets.UTF_8));

  @AfterEach
  void levelOfOthers() {
    LogLevels.set(Level.INFO);
  }

  private String written() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void write_ownEvent_isTimeLevelEventAndValues() {
    sink.write(TIME, Level.INFO, "dev.herald.X", "server.started port=1", null);
    assertThat(written()).isEqualTo("2026-11-21T10:11:12.005Z INFO  server.started port=1\n");
  }

  @Test
  void write_library_isAnEventOfItsOwn() {
    sink.write(TIME, Level.WARN, "io.lib.Y", "it \"broke\"", null);
    assertThat(written()).endsWith(" WARN  library logger=io.lib.Y message=\"it 'broke'\"\n");
  }

  @Test
  void write_controlCharacters_forgeNoLine() {
    sink.write(TIME, Level.INFO, "dev.herald.X", "a user=x\n2026 ERROR forged\u001b[0m", null);
    assertThat(written().lines()).hasSize(1);
    assertThat(written()).contains("user=x?2026 ERROR forged?[0m");
  }

  @Test
  void write_cause_followsIndented() {
    var cause = new IllegalStateException("broken\nby design");
    sink.write(TIME, Level.ERROR, "dev.herald.X", "part.failed", cause);
    assertThat(written().lines().skip(1)).allMatch(line -> line.startsWith("  "));
    assertThat(written()).contains("\n  java.lang.IllegalStateException: broken\n");
  }

  @Test
  void levels_ownFromTheLevelSet_librariesFromWarn() {
    var own = new SinkLogger("dev.herald.X", sink);
    var library = new SinkLogger("io.lib.Y", sink);
    assertThat(own.isInfoEnabled()).isTrue();
    assertThat(own.isDebugEnabled()).isFalse();
    assertThat(library.isInfoEnabled()).isFalse();
    assertThat(library.isWarnEnabled()).isTrue();
    LogLevels.set(Level.ERROR);
    assertThat(library.isWarnEnabled()).isFalse();
    LogLevels.set(Level.DEBUG);
    assertThat(own.isDebugEnabled()).isTrue();
    assertThat(library.isInfoEnabled()).isFalse();
    LogLevels.set(Level.TRACE);
    assertThat(library.isTraceEnabled()).isTrue();
  }

  @Test
  void logger_fillsThePattern() {
    new SinkLogger("dev.herald.X", sink).info("a.b c={} d={}", 1, "two");
    assertThat(written()).endsWith(" INFO  a.b c=1 d=two\n");
  }

  @Test
  void everyLoggingInterface_endsHere() {
    assertThat(LoggerFactory.getLogger("dev.herald.X")).isInstanceOf(SinkLogger.class);
    assertThat(ServiceLoader.load(System.LoggerFinder.class)).hasSize(1);
    assertThat(System.getLogger("dev.herald.X").isLoggable(System.Logger.Level.INFO)).isTrue();
    assertThat(System.getLogger("io.lib.Y").isLoggable(System.Logger.Level.INFO)).isFalse();
  }

  @Test
  void javaUtilLogging_keepsLevels() {
    var handler = new JavaUtilHandler();
    assertThat(JavaUtilHandler.level(java.util.logging.Level.SEVERE)).isEqualTo(Level.ERROR);
    assertThat(JavaUtilHandler.level(java.util.logging.Level.WARNING)).isEqualTo(Level.WARN);
    assertThat(JavaUtilHandler.level(java.util.logging.Level.INFO)).isEqualTo(Level.INFO);
    assertThat(JavaUtilHandler.level(java.util.logging.Level.FINE)).isEqualTo(Level.DEBUG);
    handler.publish(new LogRecord(java.util.logging.Level.FINE, "{0} is not shown"));
  }
}
