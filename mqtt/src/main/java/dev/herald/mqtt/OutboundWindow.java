package dev.herald.mqtt;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The QoS 1 and 2 messages sent to a client and not yet complete, in the order they were sent.
 * Owned by the session's lane.
 *
 * <p>A ring in which a message's place follows from its packet identifier: identifiers are given in
 * turn, so the oldest incomplete message's identifier tells the place of every other. An identifier
 * is free again when the ring's oldest end has passed it.
 */
final class OutboundWindow {
  private static final int IDENTIFIERS = 65_535;

  private @Nullable OutboundMessage[] ring = new @Nullable OutboundMessage[8];

  /** The number of the oldest incomplete message; numbers count up without end. */
  private long first;

  /** The number the next message gets. */
  private long next;

  private int count;
  private long bytes;

  /**
   * Makes an empty window.
   *
   * @param last the packet identifier that was given last, 0 for none
   */
  OutboundWindow(int last) {
    first = last;
    next = last;
  }

  /** Returns the packet identifier that was given last, 0 for none. */
  int last() {
    return next == 0 ? 0 : identifier(next - 1);
  }

  /** Returns how many messages are not complete. */
  int size() {
    return count;
  }

  /** Returns about how many bytes of memory the messages take that are not complete. */
  long bytes() {
    return bytes;
  }

  /** Returns whether another message may be added: every identifier in between could be in use. */
  boolean hasIdentifier() {
    return next - first < IDENTIFIERS;
  }

  /** Adds a message and returns its packet identifier, 1 to 65,535. */
  int add(OutboundMessage message) {
    if (next - first == ring.length) {
      grow();
    }
    ring[place(next)] = message;
    count++;
    bytes += message.message.weight();
    return identifier(next++);
  }

  /**
   * Puts a message back under the identifier it had, after those that were sent before it; returns
   * false if that is out of order, and the window is as it was.
   */
  boolean restore(int packetId, OutboundMessage message) {
    if (count == 0) {
      first = packetId - 1L;
      next = first;
    }
    long number = next + Math.floorMod(packetId - identifier(next), IDENTIFIERS);
    if (number - first >= IDENTIFIERS) {
      return false;
    }
    while (number - first >= ring.length) {
      grow();
    }
    next = number;
    int _ = add(message);
    return true;
  }

  /** Returns the message of a packet identifier, or null. */
  @Nullable OutboundMessage get(int packetId) {
    long number = number(packetId);
    return number < 0 ? null : ring[place(number)];
  }

  /** Forgets the message of a packet identifier; returns it, or null if there is none. */
  @Nullable OutboundMessage remove(int packetId) {
    long number = number(packetId);
    if (number < 0) {
      return null;
    }
    OutboundMessage message = ring[place(number)];
    if (message != null) {
      ring[place(number)] = null;
      count--;
      bytes -= message.message.weight();
      while (first < next && ring[place(first)] == null) {
        first++;
      }
    }
    return message;
  }

  /** Gives every message that is not complete, oldest first. */
  void forEach(Visitor visitor) {
    long end = next;
    for (long number = first; number < end; number++) {
      OutboundMessage message = ring[place(number)];
      if (message != null) {
        visitor.visit(identifier(number), message);
      }
    }
  }

  private long number(int packetId) {
    long offset = Math.floorMod(packetId - identifier(first), IDENTIFIERS);
    return first + offset < next ? first + offset : -1;
  }

  private static int identifier(long number) {
    return (int) (number % IDENTIFIERS) + 1;
  }

  private int place(long number) {
    return (int) (number & (ring.length - 1));
  }

  private void grow() {
    @Nullable OutboundMessage[] old = ring;
    ring = Arrays.copyOf(old, old.length * 2);
    Arrays.fill(ring, null);
    for (long number = first; number < next; number++) {
      ring[place(number)] = old[(int) (number & (old.length - 1))];
    }
  }

  /** Takes a message and its packet identifier. */
  interface Visitor {
    void visit(int packetId, OutboundMessage message);
  }
}
