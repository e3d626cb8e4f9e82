package dev.herald.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.registry.EmbeddedRegistry;
import dev.herald.core.registry.Registry;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EmbeddedRegistryTest extends RegistryContract {
  private final MutableClock clock = MutableClock.atMs(1_657_592_478_869L);

  @Override
  protected Registry open() {
    return new EmbeddedRegistry(clock);
  }

  @Override
  protected void advance(Duration duration) {
    clock.advance(duration);
  }

  @Test
  void register_termNotPositive_isAMistake() {
    Registry.Node node = new Registry.Node("a", "host", "1", 0, 0, 0, 0);

    try (Registry registry = open()) {
      assertThatThrownBy(() -> registry.register(node, Duration.ZERO))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> registry.register(node, Duration.ofMillis(-1)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
