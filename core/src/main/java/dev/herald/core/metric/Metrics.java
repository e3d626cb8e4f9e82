package dev.herald.core.metric;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * The metric catalogue of one server: every counter and gauge, registered once by the part that
 * owns it and read by the edge that exports them. Thread-safe.
 *
 * <p>Names follow the Prometheus convention: {@code herald_} first, base units, counters end in
 * {@code _total}. A label is a fixed {@code key="value"} pair given at registration; nothing a
 * client sends ever becomes a label.
 */
public final class Metrics {
  private final Map<String, Metric> metrics = new ConcurrentSkipListMap<>();

  /**
   * Registers a counter, or returns the one registered before under the same name and label.
   *
   * @param name the metric's name, ending in {@code _total}
   * @param help what one count means
   */
  public Counter counter(String name, String help) {
    return counter(name, "", "", help);
  }

  /**
   * Registers a counter with one label, or returns the one registered before under the same name
   * and label.
   *
   * @param name the metric's name, ending in {@code _total}
   * @param labelKey the label's key
   * @param labelValue the label's value, one of a fixed few
   * @param help what one count means
   */
  public Counter counter(String name, String labelKey, String labelValue, String help) {
    Metric metric =
        metrics.computeIfAbsent(
            key(name, labelKey, labelValue), key -> new Counter(name, labelKey, labelValue, help));
    if (metric instanceof Counter counter) {
      return counter;
    }
    throw new IllegalStateException("registered as a gauge already: " + name);
  }

  /**
   * Registers a gauge.
   *
   * @param name the metric's name with its unit at the end
   * @param help what the value means
   * @param value reads the present value; called from any thread, must not block
   */
  public void gauge(String name, String help, LongSupplier value) {
    if (metrics.putIfAbsent(key(name, "", ""), new Gauge(name, help, value)) != null) {
      throw new IllegalStateException("registered already: " + name);
    }
  }

  /** Returns every metric, ordered by name and label; a live view. */
  public Collection<Metric> all() {
    return Collections.unmodifiableCollection(metrics.values());
  }

  /** Orders by name first: no character of a name comes before the space. */
  private static String key(String name, String labelKey, String labelValue) {
    return name + ' ' + labelKey + '=' + labelValue;
  }

  /** A number the server tells about itself. */
  public sealed interface Metric permits Counter, Gauge {
    /** Returns the name, {@code herald_...}. */
    String name();

    /** Returns what the number means. */
    String help();

    /** Returns the present value. */
    long value();
  }

  /** Counts what happened since the start; only grows. Thread-safe. */
  public static final class Counter implements Metric {
    private final String name;
    private final String labelKey;
    private final String labelValue;
    private final String help;
    private final LongAdder count = new LongAdder();

    Counter(String name, String labelKey, String labelValue, String help) {
      this.name = name;
      this.labelKey = labelKey;
      this.labelValue = labelValue;
      this.help = help;
    }

    /** Counts one. */
    public void increment() {
      count.increment();
    }

    /** Counts {@code amount} more, 0 or greater. */
    public void add(long amount) {
      count.add(amount);
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public String help() {
      return help;
    }

    @Override
    public long value() {
      return count.sum();
    }

    /** Returns the label's key, empty if there is no label. */
    public String labelKey() {
      return labelKey;
    }

    /** Returns the label's value, empty if there is no label. */
    public String labelValue() {
      return labelValue;
    }
  }

  /** A value that goes up and down, read when asked. */
  public record Gauge(String name, String help, LongSupplier source) implements Metric {
    @Override
    public long value() {
      return source.getAsLong();
    }
  }
}
