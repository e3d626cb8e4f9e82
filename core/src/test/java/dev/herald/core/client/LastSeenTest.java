package dev.herald.core.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.metric.Metrics;
import org.junit.jupiter.api.Test;

class LastSeenTest {
  private final Metrics metrics = new Metrics();

  private long metric(String name) {
    return metrics.all().stream()
        .filter(metric -> metric.name().equals(name))
        .mapToLong(Metrics.Metric::value)
        .sum();
  }

  @Test
  void whoWasSeenLongestAgo_isForgottenFirst() {
    LastSeen seen = new LastSeen(2, metrics);
    seen.went("a", "ann", 1);
    seen.went("a", "bob", 2);
    seen.went("a", "ann", 3);
    assertThat(metric("herald_presence_forgotten_total")).isZero();
    seen.went("b", "ann", 4);
    assertThat(seen.of("a", "ann")).isEqualTo(3);
    assertThat(seen.of("a", "bob")).isZero();
    assertThat(seen.of("b", "ann")).isEqualTo(4);
    assertThat(metric("herald_presence_forgotten_total")).isEqualTo(1);
    assertThat(metric("herald_presence_last_seen_users")).isEqualTo(2);
    seen.came("a", "ann");
    assertThat(seen.of("a", "ann")).isZero();
    assertThat(metric("herald_presence_last_seen_users")).isEqualTo(1);
  }

  @Test
  void none_isRemembered_whereNoneMayBe() {
    LastSeen seen = new LastSeen(0, metrics);
    seen.went("a", "ann", 1);
    assertThat(seen.of("a", "ann")).isZero();
    assertThat(metric("herald_presence_last_seen_users")).isZero();
  }
}
