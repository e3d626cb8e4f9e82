package dev.herald.mqtt;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Keeps a busy loop from going to sleep for every single message: it gathers what comes within a
 * few hundred microseconds.
 *
 * <p>When clients send thousands of messages a second, each alone, most of a loop's time is not
 * spent on messages but on falling asleep and being woken, and on waking the receivers one by one.
 * So a loop that asks for events again sooner after it last did than a cycle takes naps for the
 * rest of it first, as network cards do with interrupts. What comes to a loop that had nothing to
 * do is never held up; and where napping gathers nothing, because the clients wait for each other's
 * answers, the loop goes on without for a while.
 *
 * <p>Owned by the loop's thread.
 */
final class PacedIo implements IoHandler {
  /** Less than this is not worth a nap. */
  static final long NAP_NANOS_MIN = 20_000;

  /** After so many naps it is judged whether they gathered anything. */
  static final int JUDGED_NAPS = 32;

  /** How long no naps are taken after they gathered too little. */
  static final long PAUSE_NANOS = 100_000_000;

  private final IoHandler io;
  private final long cycleNanos;
  private final LongSupplier nanoTime;
  private final LongConsumer nap;

  private long askedAt;
  private long noNapsBefore;
  private int naps;
  private int gathered;

  /**
   * Paces a handler.
   *
   * @param io the handler that does the work
   * @param cycleNanos the least time between two requests for events, while naps gather some
   * @param nanoTime the time, as {@link System#nanoTime}
   * @param nap sleeps for about so many nanoseconds
   */
  PacedIo(IoHandler io, long cycleNanos, LongSupplier nanoTime, LongConsumer nap) {
    this.io = io;
    this.cycleNanos = cycleNanos;
    this.nanoTime = nanoTime;
    this.nap = nap;
    this.askedAt = nanoTime.getAsLong() - cycleNanos;
    this.noNapsBefore = askedAt;
  }

  /**
   * Paces the handlers of a factory.
   *
   * @param cycleMicros the length of a cycle in microseconds; 0 leaves the handlers as they are
   */
  static IoHandlerFactory of(IoHandlerFactory factory, int cycleMicros) {
    return cycleMicros == 0
        ? factory
        : executor ->
            new PacedIo(
                factory.newHandler(executor),
                cycleMicros * 1000L,
                System::nanoTime,
                nanos -> LockSupport.parkNanos(PacedIo.class, nanos));
  }

  @Override
  public int run(IoHandlerContext context) {
    if (!context.canBlock()) {
      return io.run(context);
    }
    long now = nanoTime.getAsLong();
    long early = cycleNanos - (now - askedAt);
    if (early < NAP_NANOS_MIN || now < noNapsBefore || context.delayNanos(now) < early) {
      askedAt = now;
      return io.run(context);
    }
    nap.accept(early);
    askedAt = nanoTime.getAsLong();
    int handled = io.run(context);
    judge(handled);
    return handled;
  }

  private void judge(int handled) {
    gathered += handled;
    if (++naps < JUDGED_NAPS) {
      return;
    }
    if (gathered < 2 * JUDGED_NAPS) {
      noNapsBefore = askedAt + PAUSE_NANOS;
    }
    naps = 0;
    gathered = 0;
  }

  @Override
  public void initialize() {
    io.initialize();
  }

  @Override
  public void prepareToDestroy() {
    io.prepareToDestroy();
  }

  @Override
  public void destroy() {
    io.destroy();
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    return io.register(handle);
  }

  @Override
  public void wakeup() {
    io.wakeup();
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> handleType) {
    return io.isCompatible(handleType);
  }
}
