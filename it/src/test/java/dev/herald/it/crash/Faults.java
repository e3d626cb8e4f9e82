package dev.herald.it.crash;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is not as it must be. Counts each kind and remembers its first. Thread-safe. */
final class Faults {
  private static final int REMEMBERED = 3;

  private final Map<String, List<String>> first = new LinkedHashMap<>();
  private final Map<String, Long> counts = new LinkedHashMap<>();

  /**
   * Notes a fault.
   *
   * @param kind what is wrong, the same for all of its kind
   * @param detail with what
   */
  synchronized void add(String kind, Object detail) {
    List<String> details = first.computeIfAbsent(kind, none -> new ArrayList<>());
    if (details.size() < REMEMBERED) {
      details.add(detail.toString());
    }
    counts.merge(kind, 1L, Long::sum);
  }

  /** Returns how many there are. */
  synchronized long count() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Returns a line for each kind, and one for each fault that is remembered. */
  synchronized List<String> lines() {
    List<String> lines = new ArrayList<>();
    counts.forEach((kind, count) -> {
      lines.add(count + " times: " + kind);
      first.getOrDefault(kind, List.of()).forEach(detail -> lines.add("  " + detail));
    });
    return lines;
  }
}
