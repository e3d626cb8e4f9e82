package dev.herald.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.core.metric.Metrics;
import dev.herald.core.metric.Metrics.Counter;
import dev.herald.core.metric.Metrics.Metric;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.HashSet;
import java.util.Set;

/**
 * Writes the server's metrics and those of the JVM in the Prometheus text format. Metrics that are
 * registered later are in the next scrape. Thread-safe.
 */
final class MetricsExport implements AutoCloseable {
  /** What {@link #scrape} gives. */
  static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final Metrics metrics;
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics gc = new JvmGcMetrics();
  private final Set<Metric> bound = new HashSet<>();

  MetricsExport(Metrics metrics) {
    this.metrics = metrics;
  }

  /** Starts to watch the JVM. */
  void start() {
    new JvmMemoryMetrics().bindTo(registry);
    gc.bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
  }

  /** Returns every metric with its present value. */
  byte[] scrape() {
    bindNew();
    return registry.scrape(MEDIA_TYPE).getBytes(UTF_8);
  }

  private synchronized void bindNew() {
    for (Metric metric : metrics.all()) {
      if (bound.add(metric)) {
        bind(metric);
      }
    }
  }

  private void bind(Metric metric) {
    switch (metric) {
      case Counter counter ->
          FunctionCounter.builder(counter.name(), counter, Counter::value)
              .description(counter.help())
              .tags(tags(counter))
              .register(registry);
      case Metrics.Gauge gauge ->
          Gauge.builder(gauge.name(), gauge, Metrics.Gauge::value)
              .description(gauge.help())
              .strongReference(true)
              .register(registry);
    }
  }

  private static Tags tags(Counter counter) {
    return counter.labelKey().isEmpty()
        ? Tags.empty()
        : Tags.of(counter.labelKey(), counter.labelValue());
  }

  @Override
  public void close() {
    gc.close();
    registry.close();
  }
}
