package dev.herald.core.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsTest {
  @Provide
  Arbitrary<String> names() {
    return TopicReference.names();
  }

  @Provide
  Arbitrary<String> filters() {
    return TopicReference.filters();
  }

  @Property(tries = 5000)
  void matches_anyFilterAndName_agreesWithTheReference(
      @ForAll("filters") String filter, @ForAll("names") String name) {
    assertThat(Topics.matches(Topics.checkFilter(filter), Topics.checkName(name)))
        .isEqualTo(TopicReference.matches(filter, name));
  }

  @Property
  void matches_nameAsFilter_isItself(@ForAll("names") String name) {
    assertThat(Topics.hasWildcard(name)).isFalse();
    assertThat(Topics.matches(Topics.checkFilter(name), name)).isTrue();
  }

  /** The examples of MQTT 5.0 section 4.7, without which the reference could be wrong as well. */
  @ParameterizedTest
  @CsvSource({
    "sport/tennis/player1/#, sport/tennis/player1, true",
    "sport/tennis/player1/#, sport/tennis/player1/ranking, true",
    "sport/tennis/player1/#, sport/tennis/player1/score/wimbledon, true",
    "sport/#, sport, true",
    "#, sport, true",
    "#, /, true",
    "sport/tennis/+, sport/tennis/player1, true",
    "sport/tennis/+, sport/tennis/player1/ranking, false",
    "sport/+, sport, false",
    "sport/+, sport/, true",
    "+/+, /finance, true",
    "/+, /finance, true",
    "+, /finance, false",
    "+, finance, true",
    "+/tennis/#, x/tennis, true",
    "+/#, a, true",
    "a//b, a/b, false",
    "a/+/b, a//b, true",
    "ACCOUNTS, Accounts, false",
    "#, $SYS/x, false",
    "+/monitor/Clients, $SYS/monitor/Clients, false",
    "$SYS/#, $SYS/x, true",
    "$SYS/#, $SYS, true",
    "$SYS/monitor/+, $SYS/monitor/Clients, true",
    "a/#, a/$b, true",
    "a/+, a/$b, true",
    "a/#, ab, false",
    "ab, a, false",
    "a, ab, false"
  })
  void matches_examples_areAsSpecified(String filter, String name, boolean matches) {
    assertThat(Topics.matches(filter, name)).isEqualTo(matches);
    assertThat(TopicReference.matches(filter, name)).isEqualTo(matches);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "/", "a/b c/", "$SYS/x", "//", "\u4f60/\uD83D\uDE00", " "})
  void checkName_valid_isReturned(String name) {
    assertThat(Topics.checkName(name)).isEqualTo(name);
    assertThat(Topics.checkFilter(name)).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "#", "+", "a/+", "a#b", "a\0", "\uD83D", "\uDE00a", "a\uD83Db"})
  void checkName_invalid_isRefused(String name) {
    assertThatThrownBy(() -> Topics.checkName(name))
        .isInstanceOfSatisfying(
            HeraldException.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.TOPIC_NAME_INVALID));
  }

  @ParameterizedTest
  @ValueSource(strings = {"#", "+", "/#", "+/#", "+/+/+", "a/+/b/#", "/+", "+/", "$share", "$s/+"})
  void checkFilter_valid_isReturned(String filter) {
    assertThat(Topics.checkFilter(filter)).isEqualTo(filter);
    assertThat(Topics.hasWildcard(filter))
        .isEqualTo(filter.chars().anyMatch(c -> c == '+' || c == '#'));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a#", "#/", "#/a", "a/#/b", "##", "a+", "+a", "a/+b", "++", "+#", "a\0b/#"})
  void checkFilter_invalid_isRefused(String filter) {
    assertThatThrownBy(() -> Topics.checkFilter(filter))
        .isInstanceOfSatisfying(
            HeraldException.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.TOPIC_FILTER_INVALID));
  }

  @Test
  void check_levels_areBounded() {
    String most = "/".repeat(Topics.LEVELS_MAX - 1);
    assertThat(Topics.checkName(most)).isEqualTo(most);
    assertThat(Topics.checkFilter(most)).isEqualTo(most);
    assertThatThrownBy(() -> Topics.checkName(most + '/')).hasMessageContaining("levels");
    assertThatThrownBy(() -> Topics.checkFilter(most + '/')).hasMessageContaining("levels");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "\u00e4", "\u4f60", "\uD83D\uDE00"})
  void check_bytes_areBoundedAsEncoded(String character) {
    int each = character.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    String most = character.repeat(Topics.BYTES_MAX / each) + "x".repeat(Topics.BYTES_MAX % each);
    assertThat(Topics.checkName(most)).isEqualTo(most);
    assertThat(Topics.checkFilter(most)).isEqualTo(most);
    assertThatThrownBy(() -> Topics.checkName(most + 'x')).hasMessageContaining("bytes");
    assertThatThrownBy(() -> Topics.checkFilter(most + 'x')).hasMessageContaining("bytes");
  }
}
