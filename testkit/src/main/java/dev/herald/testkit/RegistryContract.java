package dev.herald.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.registry.Registry;
import dev.herald.core.registry.Registry.ChatKey;
import dev.herald.core.registry.Registry.ChatOwner;
import dev.herald.core.registry.Registry.Lease;
import dev.herald.core.registry.Registry.Node;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Registry} keeps to. */
public abstract class RegistryContract {
  private static final Duration TERM = Duration.ofSeconds(10);
  private static final Duration TICK = Duration.ofMillis(1);
  private static final Node A = new Node("a", "10.0.0.1", "1", 1883, 8083, 8000, 1);
  private static final Node B = new Node("b", "10.0.0.2", "2", 0, 0, 0, 2);

  private static final ChatKey CHAT = new ChatKey("app", "chat");

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
    Node moved = new Node("a", "10.0.0.3", "2", 1, 2, 3, 4);
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

  // ---- chats

  @Test
  void takeChat_whoIsFirst_ownsItForAll() {
    Lease a = registry.register(A, TERM);
    Lease b = registry.register(B, TERM);
    assertThat(owner(CHAT)).isEmpty();

    ChatOwner first = taken(CHAT, a);

    assertThat(first.node()).isEqualTo(A);
    assertThat(taken(CHAT, b)).isEqualTo(first);
    assertThat(taken(CHAT, a)).isEqualTo(first);
    assertThat(owner(CHAT)).contains(first);
  }

  @Test
  void takeChat_ofAnotherAppOrName_isAnother() {
    Lease a = registry.register(A, TERM);
    Lease b = registry.register(B, TERM);
    ChatOwner first = taken(CHAT, a);

    ChatOwner otherApp = taken(new ChatKey("other", "chat"), b);
    ChatOwner otherChat = taken(new ChatKey("app", "other"), b);

    assertThat(List.of(otherApp.node(), otherChat.node())).containsExactly(B, B);
    assertThat(owner(CHAT)).contains(first);
  }

  @Test
  void takeChat_severalAtOnce_allAreToldTheSameOwner() {
    Lease a = registry.register(A, TERM);
    Lease b = registry.register(B, TERM);

    List<ChatOwner> told =
        IntStream.range(0, 64)
            .parallel()
            .mapToObj(i -> taken(CHAT, i % 2 == 0 ? a : b))
            .distinct()
            .toList();

    assertThat(told).hasSize(1);
  }

  @Test
  void takeChat_ownersLeaseEnded_isTakenUnderAGreaterEpoch() {
    Lease a = registry.register(A, TERM);
    ChatOwner before = taken(CHAT, a);
    advance(TERM);
    assertThat(owner(CHAT)).isEmpty();

    ChatOwner after = taken(CHAT, registry.register(B, TERM));

    assertThat(after.node()).isEqualTo(B);
    assertThat(after.epoch()).isGreaterThan(before.epoch());
    assertThat(owner(CHAT)).contains(after);
  }

  @Test
  void takeChat_ownerRegisteredAnew_mustTakeItAgain() {
    ChatOwner before = taken(CHAT, registry.register(A, TERM));
    Lease anew = registry.register(A, TERM);
    assertThat(owner(CHAT)).isEmpty();

    assertThat(taken(CHAT, anew).epoch()).isGreaterThan(before.epoch());
  }

  @Test
  void takeChat_leaseEnded_isRefused() {
    Lease a = registry.register(A, TERM);
    advance(TERM);

    assertThatThrownBy(() -> taken(CHAT, a))
        .isInstanceOfSatisfying(
            HeraldException.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.NODE_UNREACHABLE));
    assertThat(owner(CHAT)).isEmpty();
  }

  @Test
  void releaseChat_byItsOwner_isFreeForAll() {
    Lease a = registry.register(A, TERM);
    Lease b = registry.register(B, TERM);
    ChatOwner first = taken(CHAT, a);

    result(registry.releaseChat(CHAT, first));

    assertThat(owner(CHAT)).isEmpty();
    ChatOwner second = taken(CHAT, b);
    assertThat(second.node()).isEqualTo(B);
    assertThat(second.epoch()).isGreaterThan(first.epoch());
    result(registry.releaseChat(CHAT, first));
    assertThat(owner(CHAT)).contains(second);
  }

  private ChatOwner taken(ChatKey chat, Lease lease) {
    return result(registry.takeChat(chat, lease));
  }

  private Optional<ChatOwner> owner(ChatKey chat) {
    return result(registry.chatOwner(chat));
  }

  private static <T> T result(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw HeraldException.of(e);
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }
}
