package dev.herald.mqtt;

import java.util.BitSet;
import java.util.List;

/**
 * The packet identifiers of QoS 2 messages that a client has sent and not released yet. Owned by
 * the session's lane.
 */
final class ReceivedMessages {
  private final BitSet received = new BitSet();
  private final BitSet waiting = new BitSet();
  private int count;

  /**
   * Notes a packet identifier; returns false if it was noted before, so that the message is a
   * repetition.
   */
  boolean receive(int packetId) {
    if (received.get(packetId)) {
      return false;
    }
    received.set(packetId);
    count++;
    return true;
  }

  /** Returns whether a packet identifier is noted. */
  boolean isReceived(int packetId) {
    return received.get(packetId);
  }

  /** Forgets a packet identifier; returns whether it was noted. */
  boolean release(int packetId) {
    boolean known = received.get(packetId);
    if (known) {
      received.clear(packetId);
      count--;
    }
    return known;
  }

  /** Notes that a message waits for the store, or for consumers. */
  void await(int packetId) {
    waiting.set(packetId);
  }

  /** Returns whether a message waits. */
  boolean isAwaited(int packetId) {
    return waiting.get(packetId);
  }

  /** Notes that a message waits no more. */
  void answered(int packetId) {
    waiting.clear(packetId);
  }

  /**
   * Returns those not released that do not wait, in ascending order: after a restart the server has
   * to take them for repetitions, and no others.
   */
  List<Integer> done() {
    return received.stream().filter(packetId -> !waiting.get(packetId)).boxed().toList();
  }

  /** Returns how many are not released. */
  int count() {
    return count;
  }
}
