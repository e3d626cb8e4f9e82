package dev.herald.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingTypeTest {
  /** One of every kind. */
  public enum Mode {
    FAST,
    VERY_SAFE
  }

  /** One of every kind. */
  public record Kinds(
      @Setting(doc = "d", def = "7", min = "0", max = "65535") int port,
      @Setting(doc = "d", def = "-7") long offset,
      @Setting(doc = "d", unit = "bytes", def = "64KiB", min = "1", max = "1MiB") int bytes,
      @Setting(doc = "d", unit = "bytes", def = "5GiB") long total,
      @Setting(doc = "d", def = "false") boolean open,
      @Setting(doc = "d", def = "") String name,
      @Setting(doc = "d", def = "very-safe") Mode mode,
      @Setting(doc = "d", def = "30s", min = "0", max = "1h") Duration delay,
      @Setting(doc = "d", def = "1s") Duration any,
      @Setting(doc = "d", def = "./data") Path data,
      @Setting(doc = "d", def = "a, b") List<String> names,
      @Setting(doc = "d", def = "hunter2", secret = true) String password,
      @Setting(doc = "d", def = "30d", min = "0", max = "60d") PerApp<Duration> ageMax,
      @Setting(doc = "d", def = "0", min = "0", max = "9") PerApp<Long> countMax) {}

  private final SettingTree<Kinds> tree = SettingTree.of(Kinds.class);

  private SettingKey key(String path) {
    return tree.keys().stream().filter(k -> k.path().equals(path)).findFirst().orElseThrow();
  }

  @Test
  void defaults_everyKind_isRead() {
    assertThat(SettingTree.defaults(Kinds.class))
        .isEqualTo(
            new Kinds(
                7,
                -7,
                65536,
                5L << 30,
                false,
                "",
                Mode.VERY_SAFE,
                Duration.ofSeconds(30),
                Duration.ofSeconds(1),
                Path.of("./data"),
                List.of("a", "b"),
                "hunter2",
                PerApp.all(Duration.ofDays(30)),
                PerApp.all(0L)));
  }

  @ParameterizedTest
  @CsvSource({
    "port, 65536, must be 0 to 65535",
    "port, -1, must be 0 to 65535",
    "port, 99999999999, must be -2147483648 to 2147483647",
    "port, 1.5, must be a whole number",
    "port, '', must be a whole number",
    "offset, 9223372036854775808, must be -9223372036854775808 to 9223372036854775807",
    "bytes, 2MiB, must be 1 to 1MiB",
    "bytes, 3GiB, must be at most 2147483647 bytes",
    "bytes, 1MB, 'must be a number of bytes such as 65536, 64KiB or 1MiB'",
    "bytes, -1, 'must be a number of bytes such as 65536, 64KiB or 1MiB'",
    "open, yes, must be true or false",
    "mode, slow, 'must be one of fast, very-safe'",
    "delay, 61m, must be 0s to 1h",
    "delay, 5, 'must be a duration such as 250ms, 30s, 5m, 2h, 1d or PT30S'",
    "delay, 5y, 'must be a duration such as 250ms, 30s, 5m, 2h, 1d or PT30S'",
    "delay, -PT5S, 'must be a duration such as 250ms, 30s, 5m, 2h, 1d or PT30S'",
    "delay, PT-5S, 'must be a duration such as 250ms, 30s, 5m, 2h, 1d or PT30S'",
    "any, 999999999999999999d, 'must be a duration such as 250ms, 30s, 5m, 2h, 1d or PT30S'",
    "data, ' ', 'must be a path, not empty'",
    "ageMax, '1d,2d', 'must have one value for all apps, then app=value each'",
    "ageMax, 'a=1d,a=2d', must not name an app twice: a",
    "ageMax, '=1d', must name the app in =1d",
    "ageMax, 'a=61d', must be 0s to 60d",
    "ageMax, 'a=', 'must be a duration such as 250ms, 30s, 5m, 2h, 1d or PT30S'",
    "countMax, 'a=10', must be 0 to 9"
  })
  void parse_bad_saysWhy(String path, String text, String reason) {
    assertThatThrownBy(() -> key(path).parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(reason);
  }

  @ParameterizedTest
  @CsvSource({
    "bytes, 64kib, 64KiB",
    "bytes, 1000, 1000",
    "bytes, 512 B, 512",
    "total, 1024MiB, 1GiB",
    "delay, PT1M, 1m",
    "delay, 60 s, 1m",
    "delay, 1500ms, 1500ms",
    "delay, 0, 0s",
    "any, 48h, 2d",
    "any, PT0.0001S, PT0.0001S",
    "mode, FAST, fast",
    "open, TRUE, true",
    "names, ' x ,,y', 'x,y'",
    "ageMax, ' b=24h, 48h ,a = 0', '2d,a =0s,b=1d'",
    "ageMax, 'a=1d', '30d,a=1d'",
    "countMax, '1,a=b=2', '1,a=b=2'",
    "password, x, ***",
    "password, '', ''"
  })
  void show_isTheShortestForm(String path, String text, String shown) {
    assertThat(key(path).show(key(path).parse(text))).isEqualTo(shown);
  }

  @Test
  void parse_sequenceForASingleValue_isRefused() {
    assertThat(key("names").parse(List.of("a,b"))).isEqualTo(List.of("a,b"));
    assertThatThrownBy(() -> key("port").parse(List.of("1")))
        .hasMessage("must be one value, not a list");
  }

  @Test
  void parse_perApp_holdsForTheAppsThatAreNamed() {
    PerApp<?> ages = (PerApp<?>) key("ageMax").parse(List.of("1d", "a,b=2d", "=c=0s"));
    assertThat(ages.of("a,b")).isEqualTo(Duration.ofDays(2));
    assertThat(ages.of("=c")).isEqualTo(Duration.ZERO);
    assertThat(ages.of("c")).isEqualTo(Duration.ofDays(1));
    assertThat(ages.values()).hasSize(3);
  }

  @Test
  void accepts_saysTheRange() {
    assertThat(key("ageMax").type().accepts()).isEqualTo("per app, 0s to 60d");
    assertThat(key("port").type().accepts()).isEqualTo("0 to 65535");
    assertThat(key("delay").type().accepts()).isEqualTo("0s to 1h");
    assertThat(key("bytes").type().accepts()).isEqualTo("1 to 1MiB");
    assertThat(key("offset").type().accepts()).isEqualTo("any");
  }

  @Property
  void showThenParse_bytes_isTheSame(@ForAll @LongRange(min = 0) long bytes) {
    assertThat(key("total").parse(key("total").show(bytes))).isEqualTo(bytes);
  }

  @Property
  void showThenParse_roundBytes_isTheSame(
      @ForAll @LongRange(min = 0, max = 1 << 20) long count, @ForAll @IntRange(max = 4) int power) {
    long bytes = count << (10 * power);
    assertThat(key("total").parse(key("total").show(bytes))).isEqualTo(bytes);
  }

  @Property
  void showThenParse_duration_isTheSame(
      @ForAll @LongRange(min = 0) long seconds, @ForAll @IntRange(max = 999_999_999) int nanos) {
    for (Duration wait : List.of(Duration.ofSeconds(seconds), Duration.ofSeconds(seconds, nanos))) {
      assertThat(key("any").parse(key("any").show(wait))).isEqualTo(wait);
    }
  }
}
