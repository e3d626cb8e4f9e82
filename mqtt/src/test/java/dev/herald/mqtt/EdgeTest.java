package dev.herald.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.tls.TlsSettings;
import dev.herald.testkit.ModelRelayStore;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;

/**
 * A test of a running edge. After each one nothing may be logged as a warning or worse that was not
 * expected, and no buffer may be lost.
 */
abstract class EdgeTest {
  final LogWatch log = LogWatch.start();
  TestEdge edge;

  static {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
  }

  EdgeTest() {
    edge = new TestEdge();
  }

  /** Starts over with other settings: name, value, name, value... */
  void restart(String... settings) {
    edge.close();
    edge = new TestEdge(settings);
  }

  /** Starts over with TLS and other settings: name, value, name, value... */
  void restart(TlsSettings tls, String... settings) {
    edge.close();
    edge = new TestEdge(tls, settings);
  }

  /** Stops the edge and starts another one over what it kept, after so many seconds. */
  void restartAfter(int seconds, String... settings) {
    edge.close();
    edge.clock.advance(Duration.ofSeconds(seconds));
    edge = new TestEdge(edge.place, edge.kept, edge.clock, settings);
  }

  /** Starts another edge over what a process that is killed now would leave. */
  void crash() {
    ModelRelayStore.Place left = edge.place.copy();
    edge.close();
    edge = new TestEdge(left, edge.kept, edge.clock);
  }

  @AfterEach
  final void nothingIsLogged() {
    edge.close();
    assertThat(edge.connections()).isZero();
    log.close();
    log.expectNothing();
  }

  /** The leak detector looks when a buffer is made, at those that were collected. */
  @AfterAll
  static void nothingLeaks() {
    try (LogWatch leaks = LogWatch.start()) {
      System.gc();
      for (int i = 0; i < 100; i++) {
        ByteBufAllocator.DEFAULT.buffer(16).release();
      }
      leaks.expectNothing();
    }
  }
}
