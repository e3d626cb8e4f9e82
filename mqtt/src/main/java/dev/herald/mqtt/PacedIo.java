package dev.herald.mqtt;

import io.netty.channel.EventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Keeps a busy loop from waking up for every single packet: while it pays, the loop sleeps for a
 * tenth of a millisecond before it asks which connections are ready, and finds more to read and to
 * write on each of them. One system call then moves several packets, as network cards do with
 * interrupts.
 *
 * <p>It pays only where clients send on while they wait for the last, and that cannot be seen in
 * advance. So a busy loop tries it, and goes on only if each system call moves clearly more packets
 * than before and the clients get no fewer packets through. Where they send one packet and wait for
 * its answer, or where little happens, no packet is held up beside those of a trial now and then.
 *
 * <p>Owned by the loop's thread.
 */
final class PacedIo implements IoHandler {
  /** How long the loop sleeps; the kernel makes it up to 60 us more. */
  static final long NAP_NANOS = 100_000;

  /** How long packets are counted before it is judged whether to sleep. */
  static final long WINDOW_NANOS = 20_000_000;

  /** After so many windows in a row in which it did not pay the loop stays awake. */
  static final int POOR_WINDOWS_MAX = 3;

  /** How long it stays awake at least between two trials; doubled after each that did not pay. */
  static final long AWAKE_NANOS_MIN = 250_000_000;

  /** How long it stays awake at most while it is busy. */
  static final long AWAKE_NANOS_MAX = 8_000_000_000L;

  /** How long it sleeps between packets before it tries how things go without. */
  static final long ASLEEP_NANOS = 10_000_000_000L;

  /**
   * A loop that has less to do than one system call in so many nanoseconds has no need to sleep.
   */
  static final long CALL_NANOS_MAX = 10_000;

  /** So many packets for each call are good enough, whatever they were without sleep. */
  static final int PACKETS_PER_CALL = 2;

  /** So many rounds are made before the clock is looked at, while it does not sleep. */
  private static final int ROUNDS = 32;

  private final IoHandler io;
  private final LongSupplier nanoTime;
  private final LongConsumer sleep;

  private boolean napping;
  private int rounds;
  private int poorWindows;
  private long calls;
  private long packets;
  private long countedSince;
  private long awakeNanos = AWAKE_NANOS_MIN;

  /** When it is to be judged whether to change. */
  private long changeAt;

  /** How it went before the loop began to sleep. */
  private double packetsPerCallBefore;

  private double packetsPerNanoBefore;

  /**
   * Paces a handler.
   *
   * @param io the handler that does the work
   * @param nanoTime the time, as {@link System#nanoTime}
   * @param sleep sleeps for about so many nanoseconds
   */
  PacedIo(IoHandler io, LongSupplier nanoTime, LongConsumer sleep) {
    this.io = io;
    this.nanoTime = nanoTime;
    this.sleep = sleep;
    this.countedSince = nanoTime.getAsLong();
    this.changeAt = countedSince;
  }

  /** Paces what another factory makes, and knows which handler is which loop's. */
  static final class Factory implements IoHandlerFactory {
    private final IoHandlerFactory factory;
    private final Map<EventExecutor, PacedIo> byLoop = new ConcurrentHashMap<>();

    Factory(IoHandlerFactory factory) {
      this.factory = factory;
    }

    @Override
    public IoHandler newHandler(ThreadAwareExecutor loop) {
      PacedIo paced =
          new PacedIo(
              factory.newHandler(loop),
              System::nanoTime,
              nanos -> LockSupport.parkNanos(PacedIo.class, nanos));
      byLoop.put((EventLoop) loop, paced);
      return paced;
    }

    /** Returns the handler of a loop that this factory was asked for. */
    PacedIo of(EventLoop loop) {
      PacedIo paced = byLoop.get(loop);
      if (paced == null) {
        throw new IllegalArgumentException("a loop of another group: " + loop);
      }
      return paced;
    }
  }

  /** Counts a read of a connection, and how many whole packets it brought. */
  void countRead(int wholePackets) {
    calls++;
    packets += wholePackets;
  }

  /** Counts how many connections were written to. */
  void countWrites(int connections) {
    calls += connections;
  }

  /** Returns whether it sleeps between packets now. */
  boolean isNapping() {
    return napping;
  }

  @Override
  public int run(IoHandlerContext context) {
    if (napping) {
      sleep.accept(NAP_NANOS);
    }
    int handled = io.run(context);
    if (napping || ++rounds >= ROUNDS) {
      rounds = 0;
      long now = nanoTime.getAsLong();
      if (now - countedSince >= WINDOW_NANOS) {
        judge(now);
        calls = 0;
        packets = 0;
        countedSince = now;
      }
    }
    return handled;
  }

  private void judge(long now) {
    double perCall = calls == 0 ? 0 : (double) packets / calls;
    double perNano = (double) packets / (now - countedSince);
    if (!napping) {
      if (now - changeAt >= 0 && calls * CALL_NANOS_MAX > now - countedSince) {
        packetsPerCallBefore = perCall;
        packetsPerNanoBefore = perNano;
        napping = true;
        poorWindows = 0;
        changeAt = now + ASLEEP_NANOS;
      }
    } else if (!pays(perCall, perNano)) {
      if (++poorWindows < POOR_WINDOWS_MAX) {
        return;
      }
      napping = false;
      changeAt = now + awakeNanos;
      awakeNanos = Math.min(2 * awakeNanos, AWAKE_NANOS_MAX);
    } else {
      poorWindows = 0;
      awakeNanos = AWAKE_NANOS_MIN;
      if (now - changeAt >= 0) {
        napping = false;
        changeAt = now + 5 * WINDOW_NANOS;
      }
    }
  }

  private boolean pays(double perCall, double perNano) {
    return (perCall >= PACKETS_PER_CALL || perCall >= 1.5 * packetsPerCallBefore)
        && perNano >= 0.9 * packetsPerNanoBefore;
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
