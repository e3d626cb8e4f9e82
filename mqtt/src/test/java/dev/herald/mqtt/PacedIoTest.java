package dev.herald.mqtt;

import static dev.herald.mqtt.PacedIo.JUDGED_NAPS;
import static dev.herald.mqtt.PacedIo.PAUSE_NANOS;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a loop naps, by a clock that the test turns. */
class PacedIoTest {
  private static final long CYCLE_NANOS = 300_000;
  private static final long WORK = 40_000;

  private long now = 1_000_000;
  private long nextEventIn;
  private long nextTaskIn = Long.MAX_VALUE;
  private int events = 1;
  private boolean canBlock = true;
  private final List<Long> naps = new ArrayList<>();
  private final PacedIo io =
      new PacedIo(
          new Events(),
          CYCLE_NANOS,
          () -> now,
          nanos -> {
            naps.add(nanos);
            now += nanos;
          });

  @Test
  void messagesFarApart_areNeverHeldUp() {
    nextEventIn = CYCLE_NANOS;
    cycles(1000);

    assertThat(naps).isEmpty();
  }

  @Test
  void aCrowd_isGatheredOnceACycle() {
    events = 5;
    cycles(1000);

    assertThat(naps).hasSize(999).containsOnly(CYCLE_NANOS - WORK);
  }

  @Test
  void theFirstOfACrowd_isNotHeldUp() {
    nextEventIn = 10 * CYCLE_NANOS;
    cycles(1);
    nextEventIn = 0;
    cycles(1);

    assertThat(naps).isEmpty();
  }

  @Test
  void clientsThatWaitForEachOther_areLeftAlone() {
    cycles(1000);

    assertThat(naps).hasSize(JUDGED_NAPS);
  }

  @Test
  void afterAPauseItIsTriedAgain() {
    cycles(JUDGED_NAPS + 1);
    now += PAUSE_NANOS;
    events = 5;
    cycles(101);

    assertThat(naps).hasSize(JUDGED_NAPS + 100);
  }

  @Test
  void aLoopWithTasks_doesNotNap() {
    canBlock = false;
    events = 5;
    cycles(100);

    assertThat(naps).isEmpty();
  }

  @Test
  void aTaskThatIsDueSoon_isNotHeldUp() {
    nextTaskIn = CYCLE_NANOS / 2;
    events = 5;
    cycles(100);

    assertThat(naps).isEmpty();
  }

  @Test
  void aLittleRest_isNotNapped() {
    nextEventIn = CYCLE_NANOS - WORK - PacedIo.NAP_NANOS_MIN + 1;
    events = 5;
    cycles(100);

    assertThat(naps).isEmpty();
  }

  private void cycles(int count) {
    for (int i = 0; i < count; i++) {
      io.run(new Context());
    }
  }

  private final class Context implements IoHandlerContext {
    @Override
    public boolean canBlock() {
      return canBlock;
    }

    @Override
    public long delayNanos(long currentTimeNanos) {
      return nextTaskIn;
    }

    @Override
    public long deadlineNanos() {
      return -1;
    }
  }

  /** Waits for the next events and works on them. */
  private final class Events implements IoHandler {
    @Override
    public int run(IoHandlerContext context) {
      now += nextEventIn + WORK;
      return events;
    }

    @Override
    public IoRegistration register(IoHandle handle) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void wakeup() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
      return false;
    }
  }
}
