package dev.herald.core.relay;

import dev.herald.core.app.App;
import dev.herald.core.app.Apps;
import dev.herald.core.error.HeraldException;
import dev.herald.core.metric.Metrics;
import dev.herald.core.metric.Metrics.Counter;
import dev.herald.core.relay.RelayStore.Batch;
import dev.herald.core.relay.RelayStore.RetainedChange;
import dev.herald.core.relay.RelayStore.SessionChange;
import dev.herald.core.route.Message;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Loads what the relay store keeps, and writes behind what changes from then on.
 *
 * <p>Whoever changes a retained message or a session leaves a mark and goes on; nothing waits for
 * the disk. A thread of its own comes by four times a second, takes what is marked as it is at that
 * moment, and writes it in batches of bounded size, each whole or not at all. So what changes often
 * is written once, and a slow disk costs memory only for the marks: what they point to is in memory
 * anyway. A batch that cannot be written is kept and tried again, and nothing further is taken
 * before it.
 */
public final class RelayKeeper implements AutoCloseable {
  private static final Logger LOG = System.getLogger(RelayKeeper.class.getName());

  /** How often changes are written. */
  private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** About how many bytes of memory the changes of one batch may take. */
  static final long BATCH_BYTES_MAX = 4L << 20;

  /** What a mark takes beside the topic's name. */
  private static final int MARK_BYTES = 128;

  private final RelayStore store;
  private final Apps apps;
  private final RelaySettings settings;
  private final InstantSource clock;
  private final Counts counts;

  private final Set<Topic> changedTopics = ConcurrentHashMap.newKeySet();
  private final AtomicLong changedTopicsBytes = new AtomicLong();

  /** Sessions that were kept and not taken back at load. */
  private final List<SessionChange> refusedSessions = new ArrayList<>();

  private volatile @Nullable Sessions sessions;
  private @Nullable Thread writer;
  private volatile boolean stopping;
  private volatile long stopAtNanos;
  private volatile boolean writing;

  /** A batch that could not be written; of the writer's thread. */
  private @Nullable Batch failed;

  private boolean closed;

  /**
   * Makes a keeper that has loaded nothing.
   *
   * @param store is started, and closed by this keeper
   * @param apps where retained messages are
   * @param settings the bounds
   * @param metrics where it counts
   * @param clock the time of expiries
   */
  public RelayKeeper(
      RelayStore store, Apps apps, RelaySettings settings, Metrics metrics, InstantSource clock) {
    this.store = store;
    this.apps = apps;
    this.settings = settings;
    this.clock = clock;
    this.counts = new Counts(metrics);
    metrics.gauge(
        "herald_relay_backlog_bytes",
        "Memory taken by the marks of what is not written to the relay store yet; 0: all is.",
        this::backlogBytes);
  }

  /** The sessions of an edge, as the keeper sees them. */
  public interface Sessions {
    /**
     * Takes back a session that was kept. Called before the edge listens.
     *
     * @return false if there is no room for it, or a newer one of the same client
     */
    boolean take(SavedSession session, List<SavedSession.Queued> messages);

    /** Returns when all that was taken back is where it belongs. */
    void loaded() throws InterruptedException;

    /** Returns about how many bytes the marks of changed sessions take; 0 if none changed. */
    long backlogBytes();

    /**
     * Takes changes and their marks. Called by the keeper's thread; may wait for other threads.
     *
     * @param bytesMax about how many bytes of messages
     */
    List<SessionChange> collect(long bytesMax) throws InterruptedException;
  }

  /**
   * Loads everything that is kept, then begins to write what changes. Returns when retained
   * messages and sessions are where they belong.
   *
   * @throws HeraldException STORE_UNAVAILABLE with a sentence for the operator
   */
  public synchronized void start(Sessions of) throws InterruptedException {
    if (writer != null) {
      throw new IllegalStateException("started before");
    }
    sessions = of;
    apps.watchRetained(this::retainedChanged);
    store.load(new Loader(of));
    of.loaded();
    writer = Thread.ofPlatform().daemon().name("herald-relay").start(this::run);
  }

  /** Notes that what is retained for a topic is not what was. From any thread. */
  private void retainedChanged(String appId, String topic) {
    long bytes = MARK_BYTES + (long) topic.length();
    if (changedTopicsBytes.addAndGet(bytes) > settings.backlogBytesMax()) {
      changedTopicsBytes.addAndGet(-bytes);
      if (!changedTopics.contains(new Topic(appId, topic))) {
        counts.backlogFull.increment();
      }
    } else if (!changedTopics.add(new Topic(appId, topic))) {
      changedTopicsBytes.addAndGet(-bytes);
    }
  }

  /** Returns 0 only if everything that was marked before the call is written. */
  long backlogBytes() {
    // what is being written last: marks are taken only after it says so
    Sessions of = sessions;
    return changedTopicsBytes.get()
        + (of == null ? 0 : of.backlogBytes())
        + (writing ? MARK_BYTES : 0);
  }

  // ---- the writer's thread

  private void run() {
    try {
      while (!stopping) {
        LockSupport.parkNanos(PERIOD_NANOS);
        while (!stopping && backlogBytes() > 0 && save() >= BATCH_BYTES_MAX) {
          // a full batch: there is more
        }
      }
      while (backlogBytes() > 0 && System.nanoTime() - stopAtNanos < 0) {
        if (save() < 0) {
          LockSupport.parkNanos(PERIOD_NANOS / 10);
        }
      }
    } catch (InterruptedException gaveUp) {
      Thread.currentThread().interrupt(); // close() has waited long enough
    } finally {
      store.close();
    }
  }

  /** Writes one batch; returns how many bytes, or -1 if that failed. */
  private long save() throws InterruptedException {
    writing = true;
    Batch batch = failed;
    long bytes = 0;
    try {
      if (batch == null) {
        List<RetainedChange> retained = new ArrayList<>();
        bytes = takeTopics(retained);
        List<SessionChange> changed = takeSessions(BATCH_BYTES_MAX - bytes);
        bytes += weight(changed);
        batch = new Batch(retained, changed);
      }
      store.write(batch);
      counts.saved(batch);
      failed = null;
      writing = false;
      return bytes;
    } catch (HeraldException unavailable) {
      failed = batch; // told by the store; tried again next time
      return -1;
    } catch (RuntimeException defect) {
      LOG.log(Level.ERROR, "relay.save_failed", defect);
      counts.notWritable.add(batch == null ? 0 : batch.retained().size() + batch.sessions().size());
      failed = null;
      writing = false;
      return -1;
    }
  }

  private long takeTopics(List<RetainedChange> into) {
    long bytes = 0;
    Iterator<Topic> marks = changedTopics.iterator();
    while (bytes < BATCH_BYTES_MAX && marks.hasNext()) {
      Topic topic = marks.next();
      // the mark first: a change from now on marks the topic anew
      marks.remove();
      changedTopicsBytes.addAndGet(-MARK_BYTES - topic.name.length());
      App app = apps.find(topic.appId);
      Message message = app == null ? null : app.retained().get(topic.name);
      into.add(new RetainedChange(topic.appId, topic.name, message));
      bytes += message == null ? MARK_BYTES : message.weight();
    }
    return bytes;
  }

  private List<SessionChange> takeSessions(long bytesMax) throws InterruptedException {
    if (!refusedSessions.isEmpty()) {
      List<SessionChange> refused = List.copyOf(refusedSessions);
      refusedSessions.clear();
      return refused;
    }
    Sessions of = sessions;
    return of == null || bytesMax <= 0 ? List.of() : of.collect(bytesMax);
  }

  private static long weight(List<SessionChange> changes) {
    long bytes = 0;
    for (SessionChange change : changes) {
      bytes += MARK_BYTES;
      for (SavedSession.Queued queued : change.messages()) {
        bytes += queued.message().weight();
      }
    }
    return bytes;
  }

  /**
   * Writes what is not written yet, for no longer than the settings say, and closes the store. To
   * be called while the lanes of the sessions still work.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    Thread thread = writer;
    if (thread == null) {
      store.close();
      return;
    }
    stopAtNanos = System.nanoTime() + settings.stopMax().toNanos();
    stopping = true;
    LockSupport.unpark(thread);
    try {
      if (!thread.join(settings.stopMax())) {
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
    long left = backlogBytes();
    if (left > 0) {
      LOG.log(
          Level.WARNING,
          "relay.not_saved topics=" + changedTopics.size() + " backlogBytes=" + left);
      counts.stopTimeout.add(Math.max(1, left / MARK_BYTES));
    }
  }

  /** A topic of an app. */
  private record Topic(String appId, String name) {}

  /** Puts back what was kept. */
  private final class Loader implements RelayStore.Loading {
    private final Sessions of;
    private final long nowMs = clock.millis();

    Loader(Sessions of) {
      this.of = of;
    }

    @Override
    public void retained(String appId, Message message) {
      if (message.expiresAtMs() <= nowMs) {
        counts.expired.increment();
      } else if (retain(appId, message)) {
        counts.retainedLoaded.increment();
        return;
      } else {
        counts.noRoom.increment();
      }
      retainedChanged(appId, message.topic());
    }

    private boolean retain(String appId, Message message) {
      try {
        return apps.get(appId).retained().load(message);
      } catch (HeraldException refused) {
        return false;
      }
    }

    @Override
    public void session(SavedSession session, List<SavedSession.Queued> messages) {
      if (of.take(session, messages)) {
        counts.sessionsLoaded.increment();
        counts.messagesLoaded.add(messages.size());
      } else {
        counts.noRoom.increment();
        refusedSessions.add(SessionChange.end(session.id()));
        writing = true; // there is something to write
      }
    }
  }

  /** What the keeper counts. */
  private static final class Counts {
    final Counter retainedLoaded;
    final Counter sessionsLoaded;
    final Counter messagesLoaded;
    final Counter retainedSaved;
    final Counter sessionsSaved;
    final Counter messagesSaved;
    final Counter expired;
    final Counter noRoom;
    final Counter backlogFull;
    final Counter notWritable;
    final Counter stopTimeout;

    Counts(Metrics metrics) {
      retainedLoaded = loaded(metrics, "retained");
      sessionsLoaded = loaded(metrics, "session");
      messagesLoaded = loaded(metrics, "message");
      retainedSaved = saved(metrics, "retained");
      sessionsSaved = saved(metrics, "session");
      messagesSaved = saved(metrics, "message");
      expired = dropped(metrics, "expired");
      noRoom = dropped(metrics, "no_room");
      backlogFull = dropped(metrics, "backlog_full");
      notWritable = dropped(metrics, "not_writable");
      stopTimeout = dropped(metrics, "stop_timeout");
    }

    void saved(Batch batch) {
      retainedSaved.add(batch.retained().size());
      sessionsSaved.add(batch.sessions().size());
      for (SessionChange change : batch.sessions()) {
        messagesSaved.add(change.messages().size());
      }
    }

    private static Counter loaded(Metrics metrics, String kind) {
      return metrics.counter(
          "herald_relay_loaded_total", "kind", kind, "What the start found in the relay store.");
    }

    private static Counter saved(Metrics metrics, String kind) {
      return metrics.counter(
          "herald_relay_saved_total", "kind", kind, "Changes written to the relay store.");
    }

    private static Counter dropped(Metrics metrics, String reason) {
      return metrics.counter(
          "herald_relay_dropped_total",
          "reason",
          reason,
          "What the relay store had and was not loaded, or should have kept and could not.");
    }
  }
}
