package dev.herald.core.group;

import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupEvent.Created;
import dev.herald.core.event.GroupEvent.NoticeDeleted;
import dev.herald.core.event.GroupEvent.NoticePublished;
import dev.herald.core.event.GroupEvent.Recalled;
import dev.herald.core.metric.Metrics;
import dev.herald.core.route.Tally;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what became of recent messages on this node: when each was stored, how many MQTT
 * clients it was handed to, and which gateways it was pushed to; of a recall the same.
 *
 * <p>In memory only and bounded: of so many messages as the settings say, the latest ones, and of
 * so many gateways for each event as {@value #GATEWAYS_NAMED_MAX}; further ones are counted. What
 * is not remembered any more is not there, rather than empty. Notices are not in it. Thread-safe;
 * its locks are held for a look-up or an addition, and nothing else is called inside.
 */
public final class GroupLedger {
  /** How many gateways of one event are remembered by name. */
  public static final int GATEWAYS_NAMED_MAX = 64;

  private final int messagesMax;
  private final int clientLanes;
  private final InstantSource clock;
  private final Metrics.Counter forgotten;
  private final Object lock = new Object();

  /** By message id, in the order they came to be known; guarded by the lock. */
  private final Map<Long, Entry> entries = new LinkedHashMap<>();

  /**
   * Makes an empty ledger.
   *
   * @param settings how much it remembers
   * @param clientLanes the lanes below this index have MQTT clients, the others have not
   * @param clock the time
   * @param metrics where it counts
   */
  public GroupLedger(
      LedgerSettings settings, int clientLanes, InstantSource clock, Metrics metrics) {
    this.messagesMax = settings.messagesMax();
    this.clientLanes = clientLanes;
    this.clock = clock;
    this.forgotten =
        metrics.counter(
            "herald_ledger_forgotten_total",
            "Messages whose way is not remembered any more, as newer ones took their place.");
    metrics.gauge("herald_ledger_messages", "Messages whose way is remembered.", this::size);
  }

  /** Returns of how many messages it remembers the way at most; 0 for none. */
  public int messagesMax() {
    return messagesMax;
  }

  /**
   * Notes that an event is stored and about to be shown.
   *
   * @return what counts the clients it is handed to; null if this event is not remembered
   */
  @Nullable Tally stored(GroupEvent event) {
    if (messagesMax == 0) {
      return null;
    }
    return switch (event) {
      case Created created -> {
        Track track = new Track(clock.millis());
        entry(created.message().messageId()).creation = track;
        yield track;
      }
      case Recalled recalled -> {
        Track track = new Track(clock.millis());
        entry(recalled.message().messageId()).recall = track;
        yield track;
      }
      case NoticePublished _, NoticeDeleted _ -> null;
    };
  }

  /**
   * Begins to note that an event is pushed to a gateway.
   *
   * @return to be told how it goes on; null if this event is not remembered
   */
  public @Nullable Push pushing(GroupEvent event, String gatewayId) {
    Track track =
        switch (event) {
          case Created created -> {
            Entry entry = find(created.message().messageId());
            yield entry == null ? null : entry.creation;
          }
          case Recalled recalled -> {
            Entry entry = find(recalled.message().messageId());
            yield entry == null ? null : entry.recall;
          }
          case NoticePublished _, NoticeDeleted _ -> null;
        };
    return track == null ? null : new Push(track, gatewayId, clock.millis());
  }

  /**
   * Returns what is remembered of a message.
   *
   * @return null if nothing is, because it is too old, was stored before the server was started, or
   *     does not exist
   */
  public @Nullable Trace trace(long messageId) {
    Entry entry = find(messageId);
    if (entry == null) {
      return null;
    }
    Track creation = entry.creation;
    Track recall = entry.recall;
    return new Trace(
        creation == null ? null : creation.steps(), recall == null ? null : recall.steps());
  }

  private @Nullable Entry find(long messageId) {
    synchronized (lock) {
      return entries.get(messageId);
    }
  }

  private Entry entry(long messageId) {
    synchronized (lock) {
      Entry entry = entries.computeIfAbsent(messageId, id -> new Entry());
      if (entries.size() > messagesMax) {
        var oldest = entries.entrySet().iterator();
        oldest.next();
        oldest.remove();
        forgotten.increment();
      }
      return entry;
    }
  }

  private long size() {
    synchronized (lock) {
      return entries.size();
    }
  }

  /**
   * What is remembered of a message.
   *
   * @param creation the way of its creation; null if that is not remembered any more
   * @param recall the way of its recall; null if there was none, or it is not remembered any more
   */
  public record Trace(@Nullable Steps creation, @Nullable Steps recall) {}

  /**
   * The way of one event.
   *
   * @param storedMs when it was committed and synced, milliseconds since 1970
   * @param clients how many MQTT sessions it was handed to so far: a connected one was sent it or
   *     has it waiting, an absent one finds it in its queue
   * @param clientsMs when the last of them was, milliseconds since 1970; 0 if there is none
   * @param gateways the first gateways it was pushed to
   * @param gatewaysMore how many more there were
   */
  public record Steps(
      long storedMs, int clients, long clientsMs, List<GatewayPush> gateways, int gatewaysMore) {}

  /**
   * One gateway that an event was pushed to.
   *
   * @param gatewayId the gateway
   * @param queuedMs when it began to wait for the connection, milliseconds since 1970
   * @param writtenMs when the connection had taken it, milliseconds since 1970; 0 if it has not, or
   *     ended before
   */
  public record GatewayPush(String gatewayId, long queuedMs, long writtenMs) {}

  /** A push to one gateway on its way. Thread-safe. */
  public final class Push {
    private final Track track;
    private final String gatewayId;
    private final long queuedMs;
    private volatile long writtenMs;

    private Push(Track track, String gatewayId, long queuedMs) {
      this.track = track;
      this.gatewayId = gatewayId;
      this.queuedMs = queuedMs;
    }

    /** Notes that it waits for the connection; called once. */
    public void queued() {
      track.add(this);
    }

    /** Notes that the connection has taken it; possibly before {@link #queued} is called. */
    public void written() {
      writtenMs = clock.millis();
    }
  }

  private static final class Entry {
    volatile @Nullable Track creation;
    volatile @Nullable Track recall;
  }

  private final class Track implements Tally {
    private final long storedMs;
    private final AtomicInteger clients = new AtomicInteger();
    private volatile long clientsMs;

    /** Guarded by this track, as is how many more there were. */
    private final List<Push> pushes = new ArrayList<>(0);

    private int more;

    Track(long storedMs) {
      this.storedMs = storedMs;
    }

    @Override
    public void delivered(int lane, int subscribers) {
      if (lane < clientLanes && subscribers > 0) {
        clients.addAndGet(subscribers);
        clientsMs = clock.millis();
      }
    }

    synchronized void add(Push push) {
      if (pushes.size() < GATEWAYS_NAMED_MAX) {
        pushes.add(push);
      } else {
        more++;
      }
    }

    synchronized Steps steps() {
      return new Steps(
          storedMs,
          clients.get(),
          clientsMs,
          pushes.stream()
              .map(push -> new GatewayPush(push.gatewayId, push.queuedMs, push.writtenMs))
              .toList(),
          more);
    }
  }
}
