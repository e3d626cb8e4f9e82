package dev.herald.mqtt;

import dev.herald.core.relay.RelayStore.SessionChange;
import dev.herald.core.relay.SavedSession;
import dev.herald.core.relay.SavedSession.Queued;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the relay store knows of one session that outlives its connection, and what it does not know
 * yet. Owned by the session's lane.
 *
 * <p>The state is written when it changed. The messages on their way to the client are written when
 * the client is away: those in the window first, then those in the queue, numbered in this order,
 * so that the ones written are always the first. While the client is connected new ones are not
 * written, but what happens to those that were is.
 */
final class SessionRecord {
  private final RelaySessions.OfLane home;
  private final long id;

  /** The session; null once it ended. */
  private @Nullable Session session;

  /** Whether the store has, or is about to have, anything of it. */
  private boolean known;

  private boolean stateChanged;

  /** Whether messages of the window may not be written, because they were sent on a connection. */
  private boolean windowChanged;

  private int lastNo;
  private List<Queued> rewritten = List.of();
  private List<Integer> completed = List.of();
  private List<Integer> received = List.of();

  SessionRecord(RelaySessions.OfLane home, long id, Session session) {
    this.home = home;
    this.id = id;
    this.session = session;
  }

  /** Makes the record of a session that was loaded. */
  static SessionRecord loaded(RelaySessions.OfLane home, long id, Session session) {
    SessionRecord record = new SessionRecord(home, id, session);
    record.known = true;
    return record;
  }

  /**
   * Returns the record of a session from now on: one while it is to outlive its connection and is
   * kept, else none.
   */
  static @Nullable SessionRecord next(
      @Nullable SessionRecord present, Session session, @Nullable RelaySessions kept) {
    SessionRecord next = present;
    if (kept != null && session.expirySeconds > 0) {
      next = present == null ? kept.record(session) : present;
      next.changed();
    } else if (present != null) {
      present.end();
      next = null;
    }
    return next;
  }

  // ---- what the session tells

  /** The session's state changed: its connection, will, user, expiry or subscriptions. */
  void changed() {
    stateChanged = true;
    home.mark(this);
  }

  /** The client went away, or was away at the start. */
  void wentAway() {
    windowChanged = true;
    changed();
  }

  /** A message was put into the queue of a client that is away. */
  void queued() {
    home.mark(this);
  }

  /** A message was sent, or received by the client. */
  void rewrite(OutboundMessage message, int packetId) {
    if (message.savedNo != 0) {
      if (rewritten.isEmpty()) {
        rewritten = new ArrayList<>();
      }
      rewritten.add(saved(message, packetId));
      home.mark(this);
    }
  }

  /** A message waits for the client no longer. */
  void completed(OutboundMessage message) {
    if (message.savedNo != 0) {
      if (completed.isEmpty()) {
        completed = new ArrayList<>();
      }
      completed.add(message.savedNo);
      message.savedNo = 0;
      home.mark(this);
    }
  }

  /** A packet identifier of a QoS 2 message from the client was released. */
  void released(int packetId) {
    if (received.contains(packetId)) {
      changed();
    }
  }

  /** Takes a message that was loaded. */
  void loaded(OutboundMessage message, int no) {
    message.savedNo = no;
    lastNo = Math.max(lastNo, no);
  }

  /** The session ended, or is to end with its connection. */
  void end() {
    session = null;
    rewritten = List.of();
    completed = List.of();
    if (known) {
      home.mark(this);
    } else {
      home.unmark(this);
    }
  }

  // ---- what the store is told

  /**
   * Takes what is not written yet.
   *
   * @param bytesMax about how many bytes of messages; what is left keeps its mark
   */
  SessionChange take(long bytesMax) {
    Session of = session;
    if (of == null) {
      return SessionChange.end(id);
    }
    known = true;
    List<Queued> messages = rewritten;
    if (of.connection() == null) {
      messages = withUnsaved(of, bytesMax);
    }
    SavedSession state = null;
    if (stateChanged) {
      state = SessionState.of(of, id);
      received = state.received();
    }
    SessionChange change = new SessionChange(id, false, state, messages, completed);
    stateChanged = false;
    rewritten = List.of();
    completed = List.of();
    return change;
  }

  private List<Queued> withUnsaved(Session of, long bytesMax) {
    List<Queued> all = new ArrayList<>(rewritten);
    Outbound outbound = of.outboundOrNull();
    long bytes = 0;
    if (windowChanged && outbound != null) {
      // as a whole: what was sent under an identifier must not be sent under another
      bytes = outbound.forEachSent((packetId, message) -> saveWindow(all, message, packetId));
    }
    windowChanged = false;
    for (OutboundMessage message :
        outbound == null ? List.<OutboundMessage>of() : outbound.unsavedOfQueue()) {
      if (bytes > bytesMax) {
        home.mark(this);
        break;
      }
      message.savedNo = ++lastNo;
      all.add(saved(message, 0));
      bytes += message.message.weight();
    }
    return all;
  }

  private void saveWindow(List<Queued> all, OutboundMessage message, int packetId) {
    if (message.savedNo == 0 && message.isKept()) {
      message.savedNo = ++lastNo;
      all.add(saved(message, packetId));
    }
  }

  private static Queued saved(OutboundMessage message, int packetId) {
    List<Integer> identifiers = new ArrayList<>(message.identifiers.length);
    for (int identifier : message.identifiers) {
      identifiers.add(identifier);
    }
    return new Queued(
        message.savedNo,
        message.message,
        message.qos,
        message.retain,
        identifiers,
        packetId,
        message.received);
  }
}
