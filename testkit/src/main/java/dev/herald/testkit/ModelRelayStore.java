package dev.herald.testkit;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.relay.RelayStore;
import dev.herald.core.relay.SavedSession;
import dev.herald.core.route.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The relay store as one would explain it: maps in memory. Relay stores are compared with it. */
public final class ModelRelayStore implements RelayStore {
  private final Place place;
  private boolean open;

  /** Makes a store over a place, not started. */
  public ModelRelayStore(Place place) {
    this.place = place;
  }

  /** Where everything stays when a store is closed. Thread-safe. */
  public static final class Place {
    private final Map<String, Map<String, Message>> retained = new TreeMap<>();
    private final Map<Long, SavedSession> sessions = new TreeMap<>();
    private final Map<Long, Map<Integer, SavedSession.Queued>> queued = new TreeMap<>();
    private boolean full;

    /** Makes an empty place. */
    public Place() {}

    /** Returns a place with what is here now: what a process that is killed now would leave. */
    public synchronized Place copy() {
      Place copy = new Place();
      retained.forEach((app, topics) -> copy.retained.put(app, new TreeMap<>(topics)));
      copy.sessions.putAll(sessions);
      queued.forEach((session, messages) -> copy.queued.put(session, new TreeMap<>(messages)));
      return copy;
    }

    /** Has every write refused from now on, or no longer. */
    public synchronized void setFull(boolean refuses) {
      full = refuses;
    }

    private synchronized void write(Batch batch) {
      require(!full, "full");
      batch.retained().forEach(this::write);
      batch.sessions().forEach(this::write);
    }

    private void write(RetainedChange change) {
      Map<String, Message> topics =
          retained.computeIfAbsent(change.appId(), app -> new TreeMap<>());
      if (change.message() == null) {
        topics.remove(change.topic());
      } else {
        topics.put(change.topic(), change.message());
      }
    }

    private void write(SessionChange change) {
      if (change.ended()) {
        sessions.remove(change.id());
        queued.remove(change.id());
        return;
      }
      if (change.state() != null) {
        sessions.put(change.id(), change.state());
      }
      Map<Integer, SavedSession.Queued> messages =
          queued.computeIfAbsent(change.id(), id -> new TreeMap<>());
      change
          .messages()
          .forEach(message -> messages.merge(message.no(), message, ModelRelayStore::changed));
      change.completed().forEach(messages::remove);
    }

    private synchronized void load(Loading loading) {
      retained.forEach(
          (app, topics) -> topics.values().forEach(message -> loading.retained(app, message)));
      List<SavedSession> newestFirst = new ArrayList<>(sessions.values()).reversed();
      newestFirst.forEach(session ->
          loading.session(
              session, List.copyOf(queued.getOrDefault(session.id(), Map.of()).values())));
    }
  }

  /** A message is what it was; only its way to the client goes on. */
  private static SavedSession.Queued changed(SavedSession.Queued was, SavedSession.Queued now) {
    return new SavedSession.Queued(
        was.no(),
        was.message(),
        was.qos(),
        was.retain(),
        was.identifiers(),
        now.packetId(),
        now.received());
  }

  @Override
  public void start() {
    open = true;
  }

  @Override
  public void load(Loading loading) {
    require(open, "closed");
    place.load(loading);
  }

  @Override
  public void write(Batch batch) {
    require(open, "closed");
    place.write(batch);
  }

  @Override
  public void close() {
    open = false;
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new HeraldException(ErrorCode.STORE_UNAVAILABLE, otherwise);
    }
  }
}
