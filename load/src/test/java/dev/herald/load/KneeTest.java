package dev.herald.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.load.Knee.Trial;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KneeTest {
  private static Trial trial(double rate, double limit) {
    boolean held = rate <= limit;
    return new Trial(rate, held ? 1 : 20, held, held ? "" : "p99 is above the bound");
  }

  @ParameterizedTest
  @ValueSource(doubles = {3, 700, 1000, 12_345, 1_000_000, 9_900_000})
  void search_aBrokerWithALimit_endsCloseBelowIt(double limit) {
    Knee knee = new Knee(10_000_000);
    double found = knee.search(1000, rate -> trial(rate, limit));
    assertThat(found).isBetween(limit / 1.06, limit);
    assertThat(knee.trials()).hasSizeLessThanOrEqualTo(Knee.TRIALS_MAX);
    assertThat(knee.trials().getFirst().perSecond()).isEqualTo(1000);
  }

  @Test
  void search_noLimit_endsAtTheHighestRate() {
    Knee knee = new Knee(10_000);
    assertThat(knee.search(1000, rate -> trial(rate, 1e9))).isEqualTo(10_000);
    assertThat(knee.trials()).extracting(Trial::perSecond).containsExactly(1e3, 2e3, 4e3, 8e3, 1e4);
  }

  @Test
  void search_nothingHolds_endsSoon() {
    Knee knee = new Knee(10_000);
    assertThat(knee.search(1000, rate -> trial(rate, 0))).isZero();
    assertThat(knee.trials()).hasSizeLessThan(8);
  }

  @Test
  void trial_line_saysWhy() {
    assertThat(trial(1500, 2000).line()).isEqualTo("1,500/s: p99 1.00 ms, held");
    assertThat(trial(2500, 2000).line()).isEqualTo("2,500/s: p99 20.00 ms, p99 is above the bound");
  }
}
