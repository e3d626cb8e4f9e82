package dev.herald.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

/** When a loop sleeps between packets, with simulated clients and time. */
final class PacedIoTest {
  private static final long CALL_NANOS = 3_000;
  private static final long SECOND = 1_000_000_000;

  private final Clients clients = new Clients();
  private final PacedIo paced = new PacedIo(clients, () -> clients.now, clients::sleep);

  /**
   * Clients of a loop: how many packets a round finds depends on how long the loop was away, and
   * each read and each write takes a while.
   */
  private final class Clients implements IoHandler {
    long now;
    long slept;

    /** How many connections are ready after so many microseconds. */
    IntUnaryOperator ready = micros -> 0;

    /** How many packets each of them has sent after so many microseconds. */
    IntUnaryOperator packetsEach = micros -> 1;

    /** To how many connections at most all of it goes. */
    int receivers = Integer.MAX_VALUE;

    private long askedAt;

    void sleep(long nanos) {
      now += nanos;
      slept += nanos;
    }

    @Override
    public int run(IoHandlerContext context) {
      now += CALL_NANOS;
      int micros = (int) ((now - askedAt) / 1000);
      askedAt = now;
      int connections = ready.applyAsInt(micros);
      for (int i = 0; i < connections; i++) {
        int each = packetsEach.applyAsInt(micros);
        paced.countRead(each);
        now += CALL_NANOS;
      }
      int written = Math.min(connections, receivers);
      paced.countWrites(written);
      now += written * CALL_NANOS;
      if (connections == 0) {
        now += 1_000_000; // waits
      }
      return connections;
    }

    @Override
    public void prepareToDestroy() {}

    @Override
    public void destroy() {}

    @Override
    public IoRegistration register(IoHandle handle) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void wakeup() {}

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
      return true;
    }
  }

  private static final IoHandlerContext CONTEXT =
      new IoHandlerContext() {
        @Override
        public boolean canBlock() {
          return true;
        }

        @Override
        public long delayNanos(long currentTimeNanos) {
          return 0;
        }

        @Override
        public long deadlineNanos() {
          return -1;
        }
      };

  /** Lets time pass; returns the share of it that the loop slept between packets. */
  private double pass(long nanos) {
    long from = clients.now;
    long sleptBefore = clients.slept;
    while (clients.now - from < nanos) {
      int _ = paced.run(CONTEXT);
    }
    return (double) (clients.slept - sleptBefore) / (clients.now - from);
  }

  @Test
  void clientsThatSendOn_areReadLessOften() {
    clients.ready = micros -> 1 + Math.min(micros / 50, 3);
    clients.packetsEach = micros -> 1 + (micros / 10);
    double _ = pass(SECOND);
    assertThat(paced.isNapping()).isTrue();
    assertThat(pass(30 * SECOND)).isGreaterThan(0.5);
  }

  @Test
  void manyClientsWithOneReceiver_areGathered() {
    // a read brings one packet, however late; what goes out is written once for all
    clients.ready = micros -> Math.max(1, micros / 8);
    clients.receivers = 1;
    double _ = pass(SECOND);
    assertThat(paced.isNapping()).isTrue();
  }

  @Test
  void clientsThatWaitForEachAnswer_areHeldUpInTrialsOnly() {
    clients.ready = micros -> 1;
    double _ = pass(30 * SECOND);
    assertThat(pass(60 * SECOND)).isBetween(0.0001, 0.01);
  }

  @Test
  void packetsAtASteadyRateOfManyClients_areNotHeldUp() {
    clients.ready = micros -> Math.max(1, micros / 16);
    double _ = pass(30 * SECOND);
    assertThat(pass(60 * SECOND)).isLessThan(0.01);
  }

  @Test
  void loopWithLittleToDo_neverSleeps() {
    clients.ready = micros -> micros > 500 ? 1 : 0;
    clients.packetsEach = micros -> 5;
    assertThat(pass(30 * SECOND)).isZero();
  }

  @Test
  void fewerPacketsThanBefore_endsIt() {
    clients.ready = micros -> 1 + Math.min(micros / 50, 3);
    clients.packetsEach = micros -> 1 + (micros / 10);
    double _ = pass(SECOND);
    assertThat(paced.isNapping()).isTrue();
    clients.packetsEach = micros -> 5;
    clients.ready = micros -> 1;
    double _ = pass(SECOND / 5);
    assertThat(paced.isNapping()).isFalse();
  }

  @Test
  void afterLongQuiet_theFirstPacketsAreNotHeldUp() {
    clients.ready = micros -> 1 + Math.min(micros / 50, 3);
    clients.packetsEach = micros -> 1 + (micros / 10);
    double _ = pass(SECOND);
    clients.ready = micros -> 0;
    double _ = pass(10 * SECOND);
    assertThat(paced.isNapping()).isFalse();
  }
}
