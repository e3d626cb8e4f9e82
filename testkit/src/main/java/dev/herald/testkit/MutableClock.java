package dev.herald.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that stands still until it is moved. Thread-safe. */
public final class MutableClock implements InstantSource {
  private final AtomicReference<Instant> now;

  /** Makes a clock that shows the given time. */
  public MutableClock(Instant start) {
    this.now = new AtomicReference<>(start);
  }

  /** Makes a clock that shows a time in milliseconds since 1970. */
  public static MutableClock atMs(long startMs) {
    return new MutableClock(Instant.ofEpochMilli(startMs));
  }

  /** Moves the clock, back if the duration is negative. */
  public void advance(Duration duration) {
    now.updateAndGet(instant -> instant.plus(duration));
  }

  @Override
  public Instant instant() {
    return now.get();
  }
}
