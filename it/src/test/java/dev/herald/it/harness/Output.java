package dev.herald.it.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/** The lines a process has written so far. Thread-safe; read by one thread for each stream. */
public final class Output {
  private final String name;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<String> lines = new ArrayList<>();
  private int open;

  /**
   * An output without lines.
   *
   * @param name whose it is, for messages
   */
  Output(String name) {
    this.name = name;
  }

  /** Begins to read a stream to its end, on a thread of its own. */
  void read(InputStream stream) {
    open++;
    Thread.ofVirtual()
        .name("output-" + name)
        .start(() -> {
          try (var reader = new BufferedReader(new InputStreamReader(stream, UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
              add(line);
            }
          } catch (IOException e) {
            add("(output ended: " + e.getMessage() + ")");
          } finally {
            ended();
          }
        });
  }

  private void add(String line) {
    lock.lock();
    try {
      lines.add(line);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void ended() {
    lock.lock();
    try {
      open--;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The lines so far. */
  public List<String> lines() {
    lock.lock();
    try {
      return List.copyOf(lines);
    } finally {
      lock.unlock();
    }
  }

  /** The lines so far as one text. */
  public String text() {
    return String.join("\n", lines());
  }

  /**
   * Waits for a line.
   *
   * @param what names the line in the failure
   * @param wanted what it must be
   * @param atMost how long to wait
   * @return the first line that is wanted, also one that was there before
   * @throws AssertionError if it does not come in time, or the process ends without it
   */
  public String await(String what, Predicate<String> wanted, Duration atMost) {
    long left = atMost.toNanos();
    lock.lock();
    try {
      for (int next = 0; ; next++) {
        while (next >= lines.size()) {
          if (open == 0 || left <= 0) {
            throw new AssertionError(
                name
                    + (open == 0 ? " ended" : " wrote for " + atMost)
                    + " without "
                    + what
                    + "; it wrote:\n"
                    + String.join("\n", lines));
          }
          left = changed.awaitNanos(left);
        }
        if (wanted.test(lines.get(next))) {
          return lines.get(next);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for " + what, e);
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the streams have ended, so that all lines are there; not long. */
  void awaitEnd() {
    long left = TimeUnit.SECONDS.toNanos(10);
    lock.lock();
    try {
      while (open > 0 && left > 0) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }
}
