package dev.herald.mqtt;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How full this process's memory is. Cheap: a few numbers that the JVM keeps anyway. Thread-safe.
 *
 * <p>Of the heap counts what is in use, not what waits to be collected: a pool that is collected
 * while the program runs counts as it is, any other as the last collection left it.
 */
public final class MemoryReading implements Memory {
  /** The pools of old objects that are collected beside the program: little in them is dead. */
  private static final Set<String> COLLECTED_MEANWHILE =
      Set.of("G1 Old Gen", "ZGC Old Generation", "Shenandoah");

  private static final List<MemoryPoolMXBean> HEAP =
      ManagementFactory.getMemoryPoolMXBeans().stream()
          .filter(pool -> pool.getType() == MemoryType.HEAP)
          .toList();

  /** Those that collect old objects. */
  private static final List<GarbageCollectorMXBean> OF_OLD =
      ManagementFactory.getGarbageCollectorMXBeans().stream()
          .filter(collector ->
              Arrays.stream(collector.getMemoryPoolNames()).anyMatch(MemoryReading::isOld))
          .toList();

  private final AtomicLong collectionsBefore = new AtomicLong(-1);
  private final AtomicBoolean collecting = new AtomicBoolean();

  /** Makes a reading of this process. */
  public MemoryReading() {}

  /**
   * Returns how full memory is: the heap in percent of its greatest size, or the direct buffers in
   * percent of what they may take, whichever is more.
   */
  @Override
  public int usedPercent() {
    return (int) Math.max(heapPercent(), directPercent());
  }

  @Override
  public void collect() {
    long collections = OF_OLD.stream().mapToLong(GarbageCollectorMXBean::getCollectionCount).sum();
    if (collectionsBefore.getAndSet(collections) == collections
        && collecting.compareAndSet(false, true)) {
      // not on a loop: the call returns when the collection is over
      Thread.ofPlatform()
          .daemon()
          .name("herald-memory")
          .start(() -> {
            System.gc();
            collecting.set(false);
          });
    }
  }

  private static boolean isOld(String pool) {
    return COLLECTED_MEANWHILE.contains(pool) || pool.contains("Old") || pool.contains("Tenured");
  }

  private static long heapPercent() {
    long used = 0;
    for (MemoryPoolMXBean pool : HEAP) {
      MemoryUsage left = pool.getCollectionUsage();
      used +=
          left == null || COLLECTED_MEANWHILE.contains(pool.getName())
              ? pool.getUsage().getUsed()
              : left.getUsed();
    }
    return 100 * used / Runtime.getRuntime().maxMemory();
  }

  private static long directPercent() {
    return ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider told
        ? 100 * told.metric().usedDirectMemory() / PlatformDependent.maxDirectMemory()
        : 0;
  }
}
