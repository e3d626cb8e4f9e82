package dev.herald.mqtt;

import dev.herald.core.route.Lane;
import dev.herald.mqtt.codec.PacketDecoder;
import dev.herald.mqtt.codec.PacketReader;
import dev.herald.mqtt.codec.Reason;
import io.netty.channel.EventLoop;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * An event loop as a lane: the owner of its connections and of the sessions that live on it.
 *
 * <p>Tasks from other threads gather in one queue, and the loop is woken once for all that wait.
 * What tasks and reads write to connections is flushed once for each connection when the loop has
 * done what was ready. One sweep a second looks after every connection (keep-alive, time allowed
 * for CONNECT) and every session whose time has come (expiry, delayed will); nothing is scheduled
 * for a single client.
 */
final class LoopLane implements Lane {
  private static final Logger LOG = System.getLogger(LoopLane.class.getName());
  private static final int DRAIN_TASKS_MAX = 4096;
  private static final int PAUSE_CHECK_MS = 2;

  /** With less than that, ending a session frees nothing to speak of. */
  private static final int ENDED_BYTES_MIN = 64 * 1024;

  private final EventLoop loop;
  private final int index;
  private final InstantSource clock;
  private final PacedIo paced;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean drainScheduled = new AtomicBoolean();
  private final Runnable drain = this::drain;
  private final Runnable flush = this::flush;

  // all below is touched on the loop only
  private final PacketDecoder decoder;
  private final PacketReader reader = new PacketReader();
  private final List<Connection> dirty = new ArrayList<>();
  private final List<Connection> paused = new ArrayList<>();
  private final TreeMap<Long, Set<Session>> deadlines = new TreeMap<>();
  private @Nullable Connection[] connections = new @Nullable Connection[64];
  private int connectionCount;
  private boolean flushScheduled;
  private int tick;
  private Runnable eachSecond = () -> {};

  LoopLane(EventLoop loop, int index, PacedIo paced, MqttSettings settings, InstantSource clock) {
    this.paced = paced;
    this.decoder = new PacketDecoder(settings.topicBytesMax(), settings.topicLevelsMax());
    this.loop = loop;
    this.index = index;
    this.clock = clock;
  }

  /** Has something done once a second on this lane, from the start on. */
  void eachSecond(Runnable work) {
    eachSecond = work;
  }

  void start() {
    var _ = loop.scheduleAtFixedRate(this::sweep, 1, 1, TimeUnit.SECONDS);
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public boolean inLane() {
    return loop.inEventLoop();
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    if (drainScheduled.compareAndSet(false, true)) {
      loop.execute(drain);
    }
  }

  EventLoop loop() {
    return loop;
  }

  PacketDecoder decoder() {
    return decoder;
  }

  PacketReader reader() {
    return reader;
  }

  /** Returns the seconds since the lane started; advances once a second. */
  int tick() {
    return tick;
  }

  /** Counts a read of a connection, and how many whole packets it brought. */
  void countRead(int wholePackets) {
    paced.countRead(wholePackets);
  }

  /** Fails if the calling thread is not this lane's. */
  void assertInLane() {
    assert loop.inEventLoop() : "not on lane " + index;
  }

  void add(Connection connection) {
    assertInLane();
    if (connectionCount == connections.length) {
      connections = Arrays.copyOf(connections, connectionCount * 2);
    }
    connection.slot = connectionCount;
    connections[connectionCount++] = connection;
  }

  void remove(Connection connection) {
    assertInLane();
    int hole = connection.slot;
    if (hole < 0) {
      return;
    }
    connection.slot = -1;
    Connection last = connections[--connectionCount];
    connections[connectionCount] = null;
    if (last != null && hole < connectionCount) {
      connections[hole] = last;
      last.slot = hole;
    }
  }

  /** Has a connection flushed when the loop has done what is ready now. */
  void flushLater(Connection connection) {
    dirty.add(connection);
    if (!flushScheduled) {
      flushScheduled = true;
      loop.execute(flush);
    }
  }

  /** Looks after a connection that is not read from until it may be read again. */
  void pause(Connection connection) {
    paused.add(connection);
    if (paused.size() == 1) {
      var _ = loop.schedule(this::checkPaused, PAUSE_CHECK_MS, TimeUnit.MILLISECONDS);
    }
  }

  /** Has a session looked after at a time, in milliseconds since 1970. */
  void addDeadline(Session session, long atMs) {
    deadlines.computeIfAbsent(second(atMs), key -> new HashSet<>()).add(session);
  }

  void removeDeadline(Session session, long atMs) {
    Set<Session> due = deadlines.get(second(atMs));
    if (due != null && due.remove(session) && due.isEmpty()) {
      deadlines.remove(second(atMs));
    }
  }

  /** Ends every connection, telling each client that the server stops. */
  void closeAll() {
    for (int i = connectionCount - 1; i >= 0; i--) {
      Connection connection = connections[i];
      if (connection != null) {
        connection.end(Reason.SERVER_SHUTTING_DOWN, "the server stops");
      }
    }
  }

  private void drain() {
    drainScheduled.set(false);
    for (int i = 0; i < DRAIN_TASKS_MAX; i++) {
      Runnable task = tasks.poll();
      if (task == null) {
        return;
      }
      survive(task);
    }
    if (!tasks.isEmpty() && drainScheduled.compareAndSet(false, true)) {
      loop.execute(drain);
    }
  }

  private void flush() {
    flushScheduled = false;
    paced.countWrites(dirty.size());
    for (int i = 0; i < dirty.size(); i++) {
      dirty.get(i).flush();
    }
    dirty.clear();
  }

  private void checkPaused() {
    List<Connection> checked = new ArrayList<>(paused);
    paused.clear();
    for (Connection connection : checked) {
      connection.readAgainIfAllowed();
    }
  }

  /** Looks after everything time does something to; counts as one second. */
  void sweep() {
    tick++;
    for (int i = connectionCount - 1; i >= 0; i--) {
      Connection connection = i < connectionCount ? connections[i] : null;
      if (connection != null) {
        survive(() -> connection.sweep(tick));
      }
    }
    sweepSessions(clock.millis());
    survive(eachSecond);
  }

  /**
   * Ends the sessions that hold most, largest first, until a tenth is let go of all that is held on
   * this lane. Those that hold less than {@value #ENDED_BYTES_MIN} bytes stay.
   */
  void endLargestSessions(MemoryPressure memory) {
    PriorityQueue<Holding> largest =
        new PriorityQueue<>(Comparator.comparingLong(Holding::bytes).reversed());
    for (int i = 0; i < connectionCount; i++) {
      Connection connection = connections[i];
      Session session = connection == null ? null : connection.sessionOrNull();
      if (session != null) {
        addIfLarge(session, largest);
      }
    }
    deadlines.values().forEach(due -> due.forEach(session -> addIfLarge(session, largest)));
    long all = largest.stream().mapToLong(Holding::bytes).sum();
    for (long left = all; left > all - Math.ceilDiv(all, 10L); ) {
      Holding holding = largest.remove();
      left -= holding.bytes();
      survive(() -> memory.end(holding.session()));
    }
  }

  private static void addIfLarge(Session session, PriorityQueue<Holding> largest) {
    long bytes = session.heldBytes();
    if (bytes >= ENDED_BYTES_MIN) {
      largest.add(new Holding(session, bytes));
    }
  }

  /** A session and how much memory it holds. */
  private record Holding(Session session, long bytes) {}

  private void sweepSessions(long nowMs) {
    while (!deadlines.isEmpty() && deadlines.firstKey() <= nowMs / 1000) {
      var due = deadlines.pollFirstEntry();
      for (Session session : due.getValue()) {
        survive(() -> session.timeHasCome(nowMs));
      }
    }
  }

  /** Runs a piece of work whose failure must not end the work on others. */
  private void survive(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException failure) {
      LOG.log(Level.ERROR, "mqtt.task_failed lane=" + index, failure);
    }
  }

  /** The second by which a time has passed. */
  private static long second(long atMs) {
    return Math.ceilDiv(atMs, 1000L);
  }
}
