package dev.herald.mqtt;

import dev.herald.core.consumer.Delivery;
import dev.herald.core.route.Message;
import dev.herald.mqtt.codec.Limit;
import dev.herald.mqtt.codec.PacketException;
import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The messages of QoS 1 and 2 on their way to one client: first the window, those sent and not
 * complete, then the queue, those that wait for room in it. Most clients have none at most times:
 * then their session has no such object. Owned by the session's lane.
 */
final class Outbound {
  /** How much of what could wait in a store instead may wait here, so that no client runs dry. */
  private static final int AHEAD_MESSAGES = 64;

  private static final int AHEAD_BYTES = 64 * 1024;

  private final Session session;
  private final Broker broker;
  private @Nullable OutboundWindow window;
  private @Nullable ArrayDeque<OutboundMessage> queue;
  private long queueBytes;

  /** How many messages of the window were sent on an earlier connection only. */
  private int unsent;

  Outbound(Session session, Broker broker) {
    this.session = session;
    this.broker = broker;
  }

  /** Returns whether no message is on its way. */
  boolean isEmpty() {
    return queue == null && (window == null || window.size() == 0);
  }

  /** Returns whether messages wait to be sent. */
  boolean isWaiting() {
    return queue != null;
  }

  /** Returns the packet identifier that was given to the client last, 0 for none. */
  int lastPacketId() {
    return window == null ? session.lastPacketId : window.last();
  }

  /** Returns about how many bytes of memory the messages take. */
  long bytes() {
    return queueBytes + (window == null ? 0 : window.bytes());
  }

  /** Gives every message that is not complete, then those not sent, with identifier 0. */
  void forEach(OutboundWindow.Visitor visitor) {
    forEachSent(visitor);
    if (queue != null) {
      queue.forEach(message -> visitor.visit(0, message));
    }
  }

  /** Gives every message that was sent and is not complete; returns about what they weigh. */
  long forEachSent(OutboundWindow.Visitor visitor) {
    if (window == null) {
      return 0;
    }
    window.forEach(visitor);
    return window.bytes();
  }

  /** Returns the messages at the queue's end that the relay's store does not have, oldest first. */
  List<OutboundMessage> unsavedOfQueue() {
    if (queue == null) {
      return List.of();
    }
    List<OutboundMessage> unsaved = new ArrayList<>();
    Iterator<OutboundMessage> newestFirst = queue.descendingIterator();
    while (newestFirst.hasNext()) {
      OutboundMessage message = newestFirst.next();
      if (message.savedNo != 0) {
        break;
      }
      if (message.isKept()) {
        unsaved.add(message);
      }
    }
    Collections.reverse(unsaved);
    return unsaved;
  }

  // ---- sending

  /** Sends a message, or queues it, or drops it where the limits say so. */
  void send(OutboundMessage message) {
    Connection to = session.connection();
    if (to != null && queue == null && canSend(to)) {
      sendNow(to, message);
    } else {
      var _ = enqueue(to, message);
    }
  }

  /**
   * Puts a message that the relay's store kept behind those before it, under the identifier it was
   * sent with, 0 for none; returns false if there is no room for it.
   */
  boolean restore(OutboundMessage message, int packetId) {
    return (packetId != 0 && window().restore(packetId, message)) || enqueue(null, message);
  }

  /** Returns whether a message can be sent now, or would wait behind a few others at most. */
  boolean hasRoomFor(Message message) {
    Connection to = session.connection();
    if (queue == null && to != null && canSend(to)) {
      return true;
    }
    long bytes = queueBytes + message.weight();
    return (queue == null || queue.size() < AHEAD_MESSAGES)
        && bytes <= AHEAD_BYTES
        && broker.queueLimitMet(false, bytes, queue) == null;
  }

  private boolean enqueue(@Nullable Connection to, OutboundMessage message) {
    int weight = message.message.weight();
    List<Delivery> givenBack = List.of();
    Limit met = limitMet(to, weight);
    if (met != null && to != null && message.delivery == null) {
      // not for what groups gave that others can take
      givenBack = forgetWaitingDeliveries();
      met = limitMet(to, weight);
    }
    if (met == null) {
      queue(to, message);
    } else {
      findsNoRoom(to, message, met);
    }
    givenBack.forEach(this::decline);
    return met == null;
  }

  private void decline(Delivery delivery) {
    if (session.shared == null) {
      delivery.declined();
    } else {
      session.shared.decline(delivery);
    }
  }

  private @Nullable Limit limitMet(@Nullable Connection to, int weight) {
    return broker.queueLimitMet(to == null, queueBytes + weight, queue);
  }

  private void queue(@Nullable Connection to, OutboundMessage message) {
    if (window != null && window.size() >= session.inflightMax) {
      broker.counters().limit(Limit.INFLIGHT).increment();
    }
    if (queue == null) {
      queue = new ArrayDeque<>();
    }
    queue.add(message);
    queueBytes += message.message.weight();
    if (to == null && session.record != null && message.isKept()) {
      session.record.queued();
    }
  }

  /** Forgets what consumer groups gave and the client was not sent; returns it. */
  private List<Delivery> forgetWaitingDeliveries() {
    List<Delivery> forgotten = new ArrayList<>(0);
    forgetWaiting(message -> message.delivery != null && forgotten.add(message.delivery));
    return forgotten;
  }

  /**
   * Does without a message that there is no room for: counts that, and gives it back to its group,
   * or else ends the connection if there is one.
   */
  private void findsNoRoom(@Nullable Connection to, OutboundMessage message, Limit met) {
    broker.counters().limit(met).increment();
    if (message.delivery != null) {
      decline(message.delivery);
      return;
    }
    (to == null ? broker.counters().droppedOffline : broker.counters().droppedSlow).increment();
    if (to != null) {
      to.end(Reason.QUOTA_EXCEEDED, "more messages wait for this client than it may have waiting");
    }
  }

  /** Sends what waits, as far as the client's window and connection take it. */
  void drain() {
    Connection to = session.connection();
    while (to != null && queue != null && !queue.isEmpty() && canSend(to)) {
      OutboundMessage message = queue.remove();
      queueBytes -= message.message.weight();
      sendNow(to, message);
    }
    if (queue != null && queue.isEmpty()) {
      queue = null;
    }
  }

  private boolean canSend(Connection to) {
    return !to.out().isBacklogged()
        && (window == null
            || (window.size() < session.inflightMax
                && window.bytes() < broker.settings().queueBytesMax()
                && window.hasIdentifier()));
  }

  private void sendNow(Connection to, OutboundMessage message) {
    if (message.isExpired(broker.clock())) {
      broker.counters().droppedExpired.increment();
      forget(message);
      if (message.delivery != null) {
        message.delivery.expired();
      }
      return;
    }
    if (!to.out().takes(message)) {
      tooLarge(message);
      return;
    }
    int packetId = window().add(message);
    message.sent = true;
    if (message.delivery != null) {
      message.delivery.sent();
    }
    to.out().publish(message, packetId, false);
    if (session.record != null) {
      session.record.rewrite(message, packetId);
    }
  }

  private OutboundWindow window() {
    if (window == null) {
      window = new OutboundWindow(session.lastPacketId);
    }
    return window;
  }

  /** Does without a message that the client cannot take; another member of its group may. */
  private void tooLarge(OutboundMessage message) {
    broker.counters().droppedTooLarge.increment();
    forget(message);
    if (message.delivery != null) {
      message.delivery.refused();
    }
  }

  /** Has the relay's store forget a message that is on its way no longer. */
  private void forget(OutboundMessage message) {
    if (session.record != null) {
      session.record.completed(message);
    }
  }

  /** Forgets messages, sent or not. */
  void forget(Predicate<OutboundMessage> which) {
    OutboundWindow of = window;
    if (of != null) {
      of.forEach((packetId, message) -> {
        if (which.test(message)) {
          var _ = of.remove(packetId);
          unsent -= message.sent ? 0 : 1;
          forget(message);
        }
      });
    }
    forgetWaiting(which);
  }

  private void forgetWaiting(Predicate<OutboundMessage> which) {
    if (queue != null) {
      queue.removeIf(message -> {
        boolean forgets = which.test(message);
        if (forgets) {
          queueBytes -= message.message.weight();
          forget(message);
        }
        return forgets;
      });
      queue = queue.isEmpty() ? null : queue;
    }
  }

  // ---- sending again

  /** Notes that what was sent is to be sent again, on another connection. */
  void connectionChanged() {
    if (window != null) {
      window.forEach((packetId, message) -> message.sent = false);
      unsent = window.size();
    }
  }

  /** Sends again what an earlier connection left incomplete, as far as the client takes it. */
  void resend() {
    Connection to = session.connection();
    OutboundWindow of = window;
    if (to != null && of != null && unsent > 0) {
      of.forEach((packetId, message) -> resend(to, of, packetId, message));
    }
  }

  private void resend(Connection to, OutboundWindow of, int packetId, OutboundMessage message) {
    if (message.sent) {
      return;
    }
    if (message.received) {
      to.out().ack(PacketType.PUBREL, packetId, Reason.SUCCESS, null);
    } else if (!to.out().takes(message)) {
      // the client takes less than on its last connection [MQTT-3.1.2-25]
      of.remove(packetId);
      tooLarge(message);
    } else if (of.size() - unsent < session.inflightMax) {
      to.out().publish(message, packetId, true);
    } else {
      return;
    }
    message.sent = true;
    unsent--;
  }

  // ---- acknowledgements by the client

  /**
   * Takes a PUBACK: a QoS 1 message is complete. One for nothing, or for a message acknowledged
   * before, is ignored.
   *
   * @param reason 0x80 or greater: the client did not want it
   * @throws PacketException if it answers a QoS 2 message [MQTT-4.3.3-3]
   */
  void acknowledged(int packetId, int reason) {
    OutboundMessage message = underWay(packetId);
    if (message != null && message.qos != 1) {
      throw wrongAnswer("PUBACK for a QoS 2 message [MQTT-3.3.4-1]");
    }
    complete(packetId, reason);
  }

  /**
   * Takes a PUBREC: the message is at the client, or refused by it; returns the reason code of the
   * PUBREL or -1.
   *
   * @throws PacketException if it answers a QoS 1 message [MQTT-4.3.2-3]
   */
  int received(int packetId, int reason) {
    OutboundMessage message = underWay(packetId);
    if (message != null && message.qos != 2) {
      throw wrongAnswer("PUBREC for a QoS 1 message [MQTT-3.3.4-1]");
    }
    if (reason >= 0x80) {
      complete(packetId, reason);
      return -1;
    }
    if (message == null) {
      return Reason.PACKET_IDENTIFIER_NOT_FOUND;
    }
    message.received = true;
    if (session.record != null) {
      session.record.rewrite(message, packetId);
    }
    return Reason.SUCCESS;
  }

  /**
   * Takes a PUBCOMP: a QoS 2 message is complete. One for nothing, or for a message completed
   * before, is ignored.
   *
   * @throws PacketException if the message was not received (PUBREC) before [MQTT-4.3.3-5]
   */
  void completed(int packetId) {
    OutboundMessage message = underWay(packetId);
    if (message != null && !message.received) {
      throw wrongAnswer("PUBCOMP for a message that was not released [MQTT-4.3.3-5]");
    }
    complete(packetId, Reason.SUCCESS);
  }

  private void complete(int packetId, int reason) {
    OutboundMessage message = window == null ? null : window.remove(packetId);
    if (message == null) {
      return;
    }
    unsent -= message.sent ? 0 : 1;
    forget(message);
    resend();
    session.drain();
    Delivery delivery = message.delivery;
    if (delivery != null && reason >= 0x80) {
      delivery.refused();
    } else if (delivery != null) {
      delivery.acknowledged();
    }
  }

  private @Nullable OutboundMessage underWay(int packetId) {
    return window == null ? null : window.get(packetId);
  }

  private static PacketException wrongAnswer(String what) {
    return new PacketException(Reason.PROTOCOL_ERROR, what);
  }
}
