package dev.herald.server;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The process: standard streams, signals and the exit code.
 *
 * <p>SIGTERM and SIGINT begin the JVM's shutdown, whose exit code would be 143 or 130. The shutdown
 * hook asks the server to stop, waits until the command line has run to its end, and then ends the
 * process with the command's own exit code. Commands that serve nothing end at once.
 */
public final class Main {
  private static final int STOP_MAX_SECONDS = 20;

  /** Netty's search for lost buffers takes a stack trace now and then; the tests search for all. */
  private static final String LEAK_DETECTION = "io.netty.leakDetection.level";

  private final StopSignal stop = new StopSignal();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile int exitCode = Foreground.START_FAILED;

  private Main() {}

  /**
   * Runs one command line and ends the process.
   *
   * @param args the arguments
   */
  public static void main(String[] args) {
    new Main().run(args);
  }

  private void run(String[] args) {
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().name("herald-stop").unstarted(this::stop));
    if (System.getProperty(LEAK_DETECTION) == null) {
      System.setProperty(LEAK_DETECTION, "disabled");
    }
    var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    try {
      Optional<ConfigChoice> plain = ConfigChoice.ofPlain(args);
      exitCode =
          plain.isPresent()
              ? new Foreground(System.getenv(), stop, err).run(plain.get())
              : HeraldCommand.run(args, System.getenv(), stop, out, err);
    } catch (InterruptedException e) {
      err.println("herald: interrupted");
    } finally {
      out.flush();
      err.flush();
      ended.countDown();
    }
    System.exit(exitCode);
  }

  private void stop() {
    stop.give();
    if (!stop.isExpected() || ended.getCount() == 0) {
      return; // nothing to stop in order: the signal, or the end reached, says the exit code
    }
    try {
      if (!ended.await(STOP_MAX_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("herald: not stopped after " + STOP_MAX_SECONDS + " s; ending anyway");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(exitCode);
  }
}
