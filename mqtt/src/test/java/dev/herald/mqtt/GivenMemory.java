package dev.herald.mqtt;

import java.util.concurrent.atomic.AtomicInteger;

/** As full as the test says. */
final class GivenMemory implements Memory {
  final AtomicInteger percent = new AtomicInteger();
  final AtomicInteger collections = new AtomicInteger();

  @Override
  public int usedPercent() {
    return percent.get();
  }

  @Override
  public void collect() {
    collections.incrementAndGet();
  }
}
