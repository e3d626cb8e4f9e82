package dev.herald.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.registry.Registry;
import dev.herald.core.registry.Registry.Lease;
import dev.herald.core.registry.Registry.Node;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Registry} keeps to. */
public abstract class RegistryContract {
  private static final Duration TERM = Duration.ofSeconds(10);
  private static final Duration TICK = Duration.ofMillis(1);
  private static final Node A = new Node("a", "1", 1883, 8083, 8000, 1);
  private static final Node B = new Node("b", "2", 0, 0, 0, 2);

  private Registry registry;

  /** For the suites of adapters. */
  @SuppressWarnings("NullAway.Init") // set before each test
  protected RegistryContract() {}

  /** Opens an empty registry. */
  protected abstract Registry open();

  /** Lets time pass for the registry. */
  protected abstract void advance(Duration duration);

  /** Opens the registry of the test. */
  @BeforeEach
  protected final void openRegistry() {
    registry = open();
  }

  /** Closes the registry of the test. */
  @AfterEach
  protected final void closeRegistry() {
    registry.close();
  }

  @Test
  void nodes_nobodyRegistered_isEmpty() {
    assertThat(registry.nodes()).isEmpty();
  }

  @Test
  void register_nodes_areListedById() {
    registry.register(B, TERM);
    registry.register(A, TERM);

    assertThat(registry.nodes()).containsExactly(A, B);
  }

  @Test
  void lease_notRenewed_endsWithItsTerm() {
    Lease lease = registry.register(A, TERM);
    advance(TERM.minus(TICK));
    assertThat(registry.nodes()).containsExactly(A);

    advance(TICK);

    assertThat(registry.nodes()).isEmpty();
    assertThat(lease.renew()).isFalse();
    assertThat(registry.nodes()).isEmpty();
  }

  @Test
  void lease_renewed_holdsForAnotherTermFromThen() {
    Lease lease = registry.register(A, TERM);
    advance(TERM.minus(TICK));
    assertThat(lease.renew()).isTrue();

    advance(TERM.minus(TICK));
    assertThat(registry.nodes()).containsExactly(A);
    advance(TICK);
    assertThat(registry.nodes()).isEmpty();
  }

  @Test
  void lease_closed_endsAtOnce() {
    Lease lease = registry.register(A, TERM);
    registry.register(B, TERM);

    lease.close();
    lease.close();

    assertThat(registry.nodes()).containsExactly(B);
    assertThat(lease.renew()).isFalse();
    assertThat(registry.nodes()).containsExactly(B);
  }

  @Test
  void register_sameNodeAgain_replacesTheLease() {
    Lease old = registry.register(A, TERM);
    Node moved = new Node("a", "2", 1, 2, 3, 4);
    Lease present = registry.register(moved, TERM);

    assertThat(old.renew()).isFalse();
    old.close();

    assertThat(registry.nodes()).containsExactly(moved);
    assertThat(present.renew()).isTrue();
  }

  @Test
  void epoch_everyRegistration_isGreater() {
    Lease first = registry.register(A, TERM);
    Lease second = registry.register(A, TERM);
    second.close();
    Lease third = registry.register(A, TERM);
    advance(TERM);
    Lease fourth = registry.register(A, TERM);

    assertThat(new long[] {first.epoch(), second.epoch(), third.epoch(), fourth.epoch()})
        .isSorted()
        .doesNotHaveDuplicates();
    assertThat(registry.register(B, TERM).epoch()).isPositive();
  }
}
