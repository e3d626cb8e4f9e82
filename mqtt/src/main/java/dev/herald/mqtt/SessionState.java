package dev.herald.mqtt;

import dev.herald.core.relay.SavedSession;
import dev.herald.core.route.Message;
import dev.herald.core.route.Subscription;
import dev.herald.mqtt.codec.Connect;
import java.util.ArrayList;
import java.util.List;

/** A session's state, to and from the form in which the relay's store keeps it. */
final class SessionState {
  private SessionState() {}

  /** Returns what is kept of a session beside its messages; on its lane. */
  static SavedSession of(Session session, long id) {
    List<SavedSession.Subscription> filters = new ArrayList<>(session.subscriptions.size());
    for (Subscription one : session.subscriptions.values()) {
      filters.add(
          new SavedSession.Subscription(
              one.filter(), one.options(), one.identifier(), session.savedPosition(one)));
    }
    if (session.shared != null) {
      session.shared.saveTo(filters);
    }
    return new SavedSession(
        id,
        session.key().appId(),
        session.key().clientId(),
        session.userId,
        session.expirySeconds,
        session.endsAtMs,
        session.will == null ? null : saved(session.will),
        session.willAtMs,
        filters,
        session.receivedCount() == 0 ? List.of() : session.received().done());
  }

  /**
   * Makes a new session what was kept, on its lane and before the edge listens. A client that was
   * connected to the last is one whose connection was lost now.
   */
  static void restore(
      Session session,
      SavedSession saved,
      List<SavedSession.Queued> messages,
      SessionRecord known,
      long nowMs) {
    session.userId = saved.userId();
    session.expirySeconds = saved.expirySeconds();
    saved.received().forEach(id -> session.received().receive(id));
    for (SavedSession.Subscription one : saved.subscriptions()) {
      boolean _ = session.subscribe(one.filter(), one.options(), one.identifier(), one.after());
    }
    for (SavedSession.Queued queued : messages) {
      OutboundMessage message = outbound(queued);
      known.loaded(message, queued.no());
      if (!session.outbound().restore(message, queued.packetId())) {
        known.completed(message);
      }
    }
    SavedSession.Will last = saved.will();
    session.will = last == null ? null : will(last);
    session.endsAtMs = saved.endsAtMs();
    session.willAtMs = saved.willAtMs();
    if (saved.endsAtMs() == Message.NEVER) {
      lostNow(session, nowMs);
      known.changed();
    }
    session.record = known;
    session.loopLane().addDeadline(session, session.deadlineMs());
  }

  /** Has the times of a session's end and of its will count from now. */
  static void lostNow(Session session, long nowMs) {
    session.endsAtMs = nowMs + session.expirySeconds * 1000;
    Connect.WillMessage will = session.will;
    if (will != null) {
      session.willAtMs = nowMs + Math.min(will.delaySeconds(), session.expirySeconds) * 1000;
    }
  }

  /** Returns a will as the store keeps it. */
  private static SavedSession.Will saved(Connect.WillMessage will) {
    Message message =
        new Message(
            will.topic(),
            will.payload(),
            will.qos(),
            will.retain(),
            will.properties(),
            Message.NEVER,
            null);
    return new SavedSession.Will(message, will.delaySeconds(), will.expirySeconds());
  }

  /** Returns a will that the store kept. */
  private static Connect.WillMessage will(SavedSession.Will saved) {
    Message message = saved.message();
    return new Connect.WillMessage(
        message.topic(),
        message.payload(),
        message.qos(),
        message.retain(),
        saved.delaySeconds(),
        saved.expirySeconds(),
        message.properties());
  }

  /** Returns a message on its way to a client that the store kept. */
  private static OutboundMessage outbound(SavedSession.Queued saved) {
    int[] identifiers =
        saved.identifiers().isEmpty()
            ? OutboundMessage.NO_IDENTIFIERS
            : saved.identifiers().stream().mapToInt(Integer::intValue).toArray();
    OutboundMessage message =
        new OutboundMessage(saved.message(), saved.qos(), saved.retain(), identifiers);
    message.received = saved.received();
    return message;
  }
}
