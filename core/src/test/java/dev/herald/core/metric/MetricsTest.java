package dev.herald.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.metric.Metrics.Counter;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private final Metrics metrics = new Metrics();

  @Test
  void counter_registeredAgain_isTheSame() {
    Counter counter = metrics.counter("herald_x_total", "X.");
    counter.increment();
    metrics.counter("herald_x_total", "X.").add(2);
    assertThat(counter.value()).isEqualTo(3);
    assertThat(counter.name()).isEqualTo("herald_x_total");
    assertThat(counter.help()).isEqualTo("X.");
    assertThat(counter.labelKey()).isEmpty();
    assertThat(counter.labelValue()).isEmpty();
    assertThat(metrics.all()).containsExactly(counter);
  }

  @Test
  void counter_otherLabel_countsApart() {
    Counter full = metrics.counter("herald_x_total", "reason", "full", "X.");
    Counter slow = metrics.counter("herald_x_total", "reason", "slow", "X.");
    full.increment();
    assertThat(slow.value()).isZero();
    assertThat(slow.labelKey()).isEqualTo("reason");
    assertThat(slow.labelValue()).isEqualTo("slow");
  }

  @Test
  void gauge_asked_readsThePresentValue() {
    AtomicLong value = new AtomicLong(5);
    metrics.gauge("herald_x", "X.", value::get);
    Metrics.Metric gauge = metrics.all().iterator().next();
    assertThat(gauge.value()).isEqualTo(5);
    value.set(-1);
    assertThat(gauge.value()).isEqualTo(-1);
  }

  @Test
  void register_sameNameTwice_isRefused() {
    metrics.gauge("herald_x", "X.", () -> 1);
    metrics.counter("herald_y_total", "Y.");
    assertThatThrownBy(() -> metrics.gauge("herald_x", "X.", () -> 2))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> metrics.counter("herald_x", "X."))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> metrics.gauge("herald_y_total", "Y.", () -> 2))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void all_severalMetrics_areOrderedByNameAndLabel() {
    metrics.counter("herald_a_b_total", "X.");
    metrics.counter("herald_a", "k", "2", "X.");
    metrics.counter("herald_a", "k", "1", "X.");
    metrics.gauge("herald_0", "X.", () -> 0);
    assertThat(metrics.all())
        .extracting(m -> m instanceof Counter c ? c.name() + c.labelValue() : m.name())
        .containsExactly("herald_0", "herald_a1", "herald_a2", "herald_a_b_total");
    assertThatThrownBy(() -> metrics.all().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }
}
