package dev.herald.it.harness;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A program that a test runs. It never outlives the tests: {@link #close} ends it with all it has
 * started, and so does the end of this JVM.
 */
public final class Child implements AutoCloseable {
  private static final Set<Child> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("children-end")
                .unstarted(() -> RUNNING.forEach(Child::close)));
  }

  private final String name;
  private final Process process;
  private final Output out;
  private final Output err;

  private Child(String name, Process process) {
    this.name = name;
    this.process = process;
    this.out = new Output(name);
    this.err = new Output(name);
  }

  /**
   * How a program ended.
   *
   * @param code its exit code; 128 + n after signal n
   * @param out its standard output
   * @param err its standard error
   */
  public record Ended(int code, String out, String err) {}

  /**
   * Starts a program without any HERALD_* variable of this process.
   *
   * @param command the program, looked for in PATH, and its arguments
   * @param environment more variables
   * @throws AssertionError if there is no such program, naming it
   */
  public static Child start(List<String> command, Map<String, String> environment) {
    return start(command, environment, Path.of("").toAbsolutePath());
  }

  /** Starts a program as {@link #start(List, Map)} does, in a directory. */
  public static Child start(List<String> command, Map<String, String> environment, Path directory) {
    String program = command.getFirst();
    ProcessBuilder builder =
        new ProcessBuilder(
            Stream.concat(
                    Stream.of(program.contains("/") ? program : find(program).toString()),
                    command.stream().skip(1))
                .toList());
    builder.directory(directory.toFile());
    builder.environment().keySet().removeIf(key -> key.startsWith("HERALD_"));
    builder.environment().putAll(environment);
    try {
      Process process = builder.start();
      Child child = new Child(Path.of(program).getFileName().toString(), process);
      RUNNING.add(child);
      child.out.read(process.getInputStream());
      child.err.read(process.getErrorStream());
      return child;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + program, e);
    }
  }

  /**
   * Runs a program to its end.
   *
   * @param atMost how long it may take
   * @param command the program and its arguments
   */
  public static Ended run(Duration atMost, String... command) {
    try (Child child = start(List.of(command), Map.of())) {
      return child.awaitEnd(atMost);
    }
  }

  /**
   * The path of a tool that the tests need.
   *
   * @throws AssertionError if it is not installed
   */
  public static Path find(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() ->
            new AssertionError(program + " is not in PATH; bin/check installs what tests need"));
  }

  /** What it writes to standard output. */
  public Output out() {
    return out;
  }

  /** What it writes to standard error. */
  public Output err() {
    return err;
  }

  /** Its process id. */
  public long pid() {
    return process.pid();
  }

  /** Whether it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Writes to its standard input. */
  public void write(String text) {
    try {
      process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends its standard input. */
  public void closeInput() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends SIGTERM. */
  public void terminate() {
    process.destroy();
  }

  /** Has it stand still where it is (SIGSTOP); it can be killed all the same. */
  public void stop() {
    signal("STOP");
  }

  /** Has it go on after {@link #stop} (SIGCONT). */
  public void resume() {
    signal("CONT");
  }

  private void signal(String signal) {
    Ended ended = run(Duration.ofSeconds(10), "sh", "-c", "kill -" + signal + " " + pid());
    if (ended.code() != 0) {
      throw new AssertionError("cannot send SIG" + signal + " to " + name + ": " + ended);
    }
  }

  /** Sends SIGKILL and waits for the end. */
  public void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  /** Sends SIGKILL once so much time has passed, and waits for the end. */
  public void killAfter(Duration time) {
    try {
      process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    kill();
  }

  /**
   * Waits until it ends by itself.
   *
   * @throws AssertionError if it does not in time, with what it wrote
   */
  public Ended awaitEnd(Duration atMost) {
    try {
      if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError(
            name + " runs after " + atMost + "; it wrote:\n" + out.text() + "\n" + err.text());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for the end of " + name, e);
    }
    out.awaitEnd();
    err.awaitEnd();
    return new Ended(process.exitValue(), out.text(), err.text());
  }

  @Override
  public void close() {
    List<ProcessHandle> all =
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(handle -> handle.onExit().join());
    RUNNING.remove(this);
  }
}
