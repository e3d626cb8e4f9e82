package dev.herald.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class TopicAliasesTest {
  @Test
  void of_setsAnAliasThenUsesIt() {
    TopicAliases aliases = new TopicAliases(2);
    assertThat(aliases.of("a/long")).isEqualTo(1);
    assertThat(aliases.of("a/long")).isEqualTo(-1);
    assertThat(aliases.of("b/long")).isEqualTo(2);
    assertThat(aliases.of("a/long")).isEqualTo(-1);
  }

  @Test
  void of_setsTheOneUsedLongestAgoAnew() {
    TopicAliases aliases = new TopicAliases(2);
    assertThat(aliases.of("a/long")).isEqualTo(1);
    assertThat(aliases.of("b/long")).isEqualTo(2);
    assertThat(aliases.of("a/long")).isEqualTo(-1);
    assertThat(aliases.of("c/long")).isEqualTo(2);
    assertThat(aliases.of("a/long")).isEqualTo(-1);
    assertThat(aliases.of("b/long")).isEqualTo(2);
  }

  @Test
  void of_topicsNoLongerThanAnAliasHaveNone() {
    assertThat(new TopicAliases(2).of("a/b")).isZero();
    assertThat(new TopicAliases(2).of("a/bc")).isEqualTo(1);
  }

  /** A client that does as it is told always knows the topic, by numbers it allows. */
  @Property
  void of_isUnderstoodByTheClient(
      @ForAll @IntRange(min = 1, max = 5) int aliasesMax,
      @ForAll List<@IntRange(max = 8) Integer> topics) {
    TopicAliases aliases = new TopicAliases(aliasesMax);
    Map<Integer, String> client = new HashMap<>();
    for (int number : topics) {
      String topic = "topic/" + number;
      int alias = aliases.of(topic);
      assertThat(Math.abs(alias)).isBetween(1, aliasesMax);
      if (alias > 0) {
        client.put(alias, topic);
      } else {
        assertThat(client.get(-alias)).isEqualTo(topic);
      }
    }
  }
}
