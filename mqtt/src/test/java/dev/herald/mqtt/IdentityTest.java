package dev.herald.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class IdentityTest {
  @Test
  void of_splitsAtTheFirstSlash() {
    assertThat(Identity.of("shop/ann")).isEqualTo(new Identity("shop", "ann"));
    assertThat(Identity.of("shop/a/b")).isEqualTo(new Identity("shop", "a/b"));
    assertThat(Identity.of("shop/")).isEqualTo(new Identity("shop", ""));
    assertThat(Identity.of("/ann")).isEqualTo(new Identity("", "ann"));
  }

  @Test
  void of_withoutSlashIsAUserOfTheDefaultApp() {
    assertThat(Identity.of("ann")).isEqualTo(new Identity("default", "ann"));
    assertThat(Identity.of("")).isEqualTo(new Identity("default", ""));
    assertThat(Identity.of(null)).isEqualTo(new Identity("default", ""));
  }
}
