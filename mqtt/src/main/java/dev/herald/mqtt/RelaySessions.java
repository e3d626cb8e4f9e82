package dev.herald.mqtt;

import dev.herald.core.app.App;
import dev.herald.core.error.HeraldException;
import dev.herald.core.relay.RelayKeeper;
import dev.herald.core.relay.RelayStore.SessionChange;
import dev.herald.core.relay.SavedSession;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The sessions that outlive their connection, as the keeper of the relay's store sees them: it
 * takes back those that were kept, and gives what changed, lane by lane.
 *
 * <p>The keeper's thread asks each lane for its changes and waits for it; a lane never waits for
 * the keeper. The clock of expiries goes on while the server is down.
 */
final class RelaySessions implements RelayKeeper.Sessions {
  /** About what a changed session takes beside what it is anyway. */
  private static final int MARK_BYTES = 128;

  private final Broker broker;
  private final List<OfLane> lanes;
  private final AtomicLong lastId = new AtomicLong();
  private final AtomicInteger marked = new AtomicInteger();
  private int nextLane;

  RelaySessions(Broker broker, List<LoopLane> lanes) {
    this.broker = broker;
    this.lanes = lanes.stream().map(OfLane::new).toList();
  }

  /** Makes the record of a session that is to outlive its connection; on the session's lane. */
  SessionRecord record(Session session) {
    return new SessionRecord(of(session.loopLane()), lastId.incrementAndGet(), session);
  }

  private OfLane of(LoopLane lane) {
    return lanes.get(lane.index());
  }

  @Override
  public boolean take(SavedSession saved, List<SavedSession.Queued> messages) {
    lastId.accumulateAndGet(saved.id(), Math::max);
    OfLane home = lanes.get(nextLane++ % lanes.size());
    try {
      App app = broker.apps().get(saved.appId());
      Sessions.Key key = new Sessions.Key(saved.appId(), saved.clientId());
      Session session = new Session(broker, home.lane, key, app);
      if (!broker.sessions().add(session)) {
        return false;
      }
      SessionRecord record = SessionRecord.loaded(home, saved.id(), session);
      home.lane.execute(
          () -> SessionState.restore(session, saved, messages, record, broker.clock().millis()));
      return true;
    } catch (HeraldException noRoom) {
      return false;
    }
  }

  @Override
  public void loaded() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(lanes.size());
    lanes.forEach(home -> home.lane.execute(done::countDown));
    done.await();
  }

  @Override
  public long backlogBytes() {
    return (long) MARK_BYTES * marked.get();
  }

  @Override
  public List<SessionChange> collect(long bytesMax) throws InterruptedException {
    List<CompletableFuture<List<SessionChange>>> asked = new ArrayList<>();
    for (OfLane home : lanes) {
      CompletableFuture<List<SessionChange>> answer = new CompletableFuture<>();
      try {
        home.lane.execute(() -> answer.completeAsync(() -> home.take(bytesMax), Runnable::run));
        asked.add(answer);
      } catch (RejectedExecutionException ended) {
        // a lane that ended changes nothing
      }
    }
    List<SessionChange> changes = new ArrayList<>();
    for (CompletableFuture<List<SessionChange>> answer : asked) {
      try {
        changes.addAll(answer.get());
      } catch (ExecutionException defect) {
        throw new IllegalStateException("a lane's sessions cannot be read", defect);
      }
    }
    return changes;
  }

  /** The changed sessions of one lane; of that lane. */
  final class OfLane {
    /** How many sessions are looked at in one go, so that a lane is not held up. */
    private static final int SESSIONS_MAX = 2000;

    private final LoopLane lane;
    private final Set<SessionRecord> changed = new LinkedHashSet<>();

    private OfLane(LoopLane lane) {
      this.lane = lane;
    }

    void mark(SessionRecord record) {
      lane.assertInLane();
      if (changed.add(record)) {
        marked.incrementAndGet();
      }
    }

    void unmark(SessionRecord record) {
      if (changed.remove(record)) {
        marked.decrementAndGet();
      }
    }

    private List<SessionChange> take(long bytesMax) {
      List<SessionChange> changes = new ArrayList<>();
      long left = bytesMax;
      for (int i = 0; i < SESSIONS_MAX && left > 0 && !changed.isEmpty(); i++) {
        Iterator<SessionRecord> oldest = changed.iterator();
        SessionRecord record = oldest.next();
        oldest.remove();
        SessionChange change = record.take(left);
        // after the change is taken, which may leave a mark anew
        marked.decrementAndGet();
        changes.add(change);
        left -= MARK_BYTES;
        for (SavedSession.Queued queued : change.messages()) {
          left -= queued.message().weight();
        }
      }
      return changes;
    }
  }
}
