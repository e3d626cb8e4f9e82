package dev.herald.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class NearMissTest {
  private static final List<String> KEYS =
      List.of("data", "mqtt.port", "ws.port", "mqtt.packetBytesMax", "log.level");

  @Test
  void of_mistyped_findsTheKey() {
    assertThat(NearMiss.of("mqtt.prot", KEYS)).containsExactly("mqtt.port");
    assertThat(NearMiss.of("mqtt.packet-bytes-max", KEYS)).containsExactly("mqtt.packetBytesMax");
    assertThat(NearMiss.of("dat", KEYS)).containsExactly("data");
    assertThat(NearMiss.of("PORT", KEYS)).containsExactly("mqtt.port", "ws.port");
    assertThat(NearMiss.of("server.packetBytesMax", KEYS)).containsExactly("mqtt.packetBytesMax");
  }

  @Test
  void of_somethingElse_findsNothing() {
    assertThat(NearMiss.of("", KEYS)).isEmpty();
    assertThat(NearMiss.of("colour", KEYS)).isEmpty();
  }

  @Property(tries = 300)
  void distance_isZeroOnlyForEqual_andTheSameBothWays(
      @ForAll @AlphaChars @StringLength(max = 8) String a,
      @ForAll @AlphaChars @StringLength(max = 8) String b) {
    assertThat(NearMiss.distance(a, b)).isEqualTo(NearMiss.distance(b, a));
    assertThat(NearMiss.distance(a, b) == 0).isEqualTo(a.equals(b));
    assertThat(NearMiss.distance(a, b)).isLessThanOrEqualTo(Math.max(a.length(), b.length()));
  }
}
