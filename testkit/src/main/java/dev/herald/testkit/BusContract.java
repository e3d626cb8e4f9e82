package dev.herald.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.herald.core.bus.Bus;
import dev.herald.core.bus.Bus.Registration;
import dev.herald.core.bus.BusMessage;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupEvent.Created;
import dev.herald.core.event.GroupKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Bus} keeps to. */
public abstract class BusContract {
  private static final GroupKey G = new GroupKey("app", "group");

  private Bus bus;
  private final GroupEvents events = new GroupEvents();

  /** For the suites of adapters. */
  @SuppressWarnings("NullAway.Init") // set before each test
  protected BusContract() {}

  /** Opens a bus that nobody else uses. */
  protected abstract Bus open();

  /** Opens the bus of the test. */
  @BeforeEach
  protected final void openBus() {
    bus = open();
  }

  /** Closes the bus of the test. */
  @AfterEach
  protected final void closeBus() {
    bus.close();
  }

  @Test
  void publish_subscribers_allGetAllInOrder() {
    List<BusMessage> one = subscribed();
    List<BusMessage> two = subscribed();
    List<Created> published = publish(100);

    await().untilAsserted(() -> assertThat(one).isEqualTo(published));
    await().untilAsserted(() -> assertThat(two).isEqualTo(published));
  }

  @Test
  void publish_nobodySubscribed_isLost() {
    publish(1);

    List<BusMessage> late = subscribed();
    List<Created> published = publish(1);

    await().untilAsserted(() -> assertThat(late).isEqualTo(published));
  }

  @Test
  void subscribe_closed_getsNoMore() {
    List<BusMessage> gone = new CopyOnWriteArrayList<>();
    Registration registration = bus.subscribe(gone::add);
    List<BusMessage> staying = subscribed();
    List<Created> before = publish(1);
    await().untilAsserted(() -> assertThat(gone).isEqualTo(before));

    registration.close();
    registration.close();
    publish(1);

    await().untilAsserted(() -> assertThat(staying).hasSize(2));
    assertThat(gone).isEqualTo(before);
  }

  @Test
  void subscribe_twiceTheSame_areTwoSubscriptions() {
    List<BusMessage> seen = new CopyOnWriteArrayList<>();
    Registration first = bus.subscribe(seen::add);
    try (Registration second = bus.subscribe(seen::add)) {
      assertThat(second).isNotSameAs(first);
      publish(1);
      await().untilAsserted(() -> assertThat(seen).hasSize(2));

      first.close();
      publish(1);

      await().untilAsserted(() -> assertThat(seen).hasSize(3));
    }
  }

  @Test
  void publish_subscriberThrows_othersGetIt() {
    bus.subscribe(message -> {
      throw new IllegalStateException("a subscriber that fails on purpose");
    });
    List<BusMessage> other = subscribed();

    try (LogCapture logs = new LogCapture()) {
      List<Created> published = publish(3);

      await().untilAsserted(() -> assertThat(other).isEqualTo(published));
      await().untilAsserted(() -> assertThat(logs.lines()).hasSize(3));
    }
  }

  @Test
  void publish_manyThreads_eachInItsOrder() throws InterruptedException {
    List<BusMessage> seen = subscribed();
    int threads = 4;
    int each = 250;
    CountDownLatch ready = new CountDownLatch(threads);
    List<Thread> publishers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      GroupKey key = new GroupKey("app", "group" + i);
      publishers.add(
          Thread.ofPlatform()
              .name("publisher-" + i)
              .start(() -> {
                GroupEvents own = new GroupEvents();
                ready.countDown();
                awaitLatch(ready);
                for (int j = 0; j < each; j++) {
                  bus.publish(own.next(key));
                }
              }));
    }
    for (Thread publisher : publishers) {
      publisher.join();
    }

    await().untilAsserted(() -> assertThat(seen).hasSize(threads * each));
    for (int i = 0; i < threads; i++) {
      GroupKey key = new GroupKey("app", "group" + i);
      assertThat(seen.stream().map(Created.class::cast).filter(e -> e.key().equals(key)))
          .extracting(Created::seq)
          .isSorted()
          .doesNotHaveDuplicates()
          .hasSize(each);
    }
  }

  @Test
  void publish_closed_isRefused() {
    List<BusMessage> seen = subscribed();
    bus.close();
    bus.close();

    assertThatThrownBy(() -> publish(1))
        .isInstanceOfSatisfying(
            HeraldException.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.SHUTTING_DOWN));
    assertThat(seen).isEmpty();
  }

  private List<BusMessage> subscribed() {
    List<BusMessage> seen = new CopyOnWriteArrayList<>();
    bus.subscribe(seen::add);
    return seen;
  }

  private List<Created> publish(int count) {
    List<Created> published = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Created event = events.next(G);
      bus.publish(event);
      published.add(event);
    }
    return published;
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
