package dev.herald.core.consumer;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much may be under way to one consumer at once, in messages and in bytes, from all the groups
 * together that it is a member of. Thread-safe: each group takes from it on its own lane.
 *
 * <p>When it is used up, the groups that have something for the consumer line up: the first one is
 * told as soon as there is room again, takes what it needs, and stands last again if that was not
 * enough. So no group that gives much keeps another one from the consumer. A consumer with one
 * group needs no line: its room comes back with answers that its group takes itself.
 */
public final class Allowance {
  /** The number of messages is above the bytes, in one word. */
  private static final int BYTES_BITS = 44;

  private static final long BYTES = (1L << BYTES_BITS) - 1;
  private static final long MESSAGE = 1L << BYTES_BITS;

  private final long bytesMax;
  private final AtomicLong underWay = new AtomicLong();
  private final Queue<Member> line = new ConcurrentLinkedQueue<>();
  private volatile int messagesMax;

  /** Whether a member has joined that uses it; touched on the consumer's lane. */
  private boolean used;

  /** Whether more than one has. */
  private volatile boolean shared;

  /**
   * Makes an allowance nothing of which is used.
   *
   * @param messagesMax how many messages, 1 to 65,535
   * @param bytesMax how many bytes of messages, but for the last one; 1 or more
   */
  public Allowance(int messagesMax, long bytesMax) {
    this.messagesMax = messagesMax;
    this.bytesMax = bytesMax;
  }

  /**
   * Changes how many messages it is for. What is under way beyond that stays so; there is nothing
   * new until it is less.
   *
   * @param messagesMax 1 to 65,535
   */
  public void limit(int messagesMax) {
    this.messagesMax = messagesMax;
    callNext();
  }

  /** Returns how many messages are under way. */
  public int messages() {
    return (int) (underWay.get() >>> BYTES_BITS);
  }

  /** Notes a member that uses it; on the consumer's lane. */
  void joined() {
    if (used) {
      shared = true;
    }
    used = true;
  }

  /** Returns whether a member may be given another message, and nobody is before it. */
  boolean isOpenTo(Member member) {
    return hasRoom(underWay.get()) && (member.hasTurn || line.isEmpty());
  }

  private boolean hasRoom(long present) {
    return present >>> BYTES_BITS < messagesMax && (present & BYTES) < bytesMax;
  }

  /**
   * Takes room for a message; returns false if there is none.
   *
   * @param weight the message's, in bytes
   */
  boolean take(int weight) {
    long present = underWay.get();
    while (hasRoom(present)) {
      if (underWay.compareAndSet(present, present + MESSAGE + weight)) {
        return true;
      }
      present = underWay.get();
    }
    return false;
  }

  /** Gives back the room of a message. */
  void giveBack(int weight) {
    underWay.addAndGet(-(MESSAGE + weight));
    callNext();
  }

  /**
   * Has a member whose group has something for it wait for room, or for those before it. On its
   * group's lane.
   */
  void lineUp(Member member) {
    if (shared && !member.isInLine) {
      member.isInLine = true;
      line.add(member);
      callNext();
    }
  }

  /** Takes a member out of the line. On its group's lane. */
  void stepOut(Member member) {
    if (member.isInLine) {
      member.isInLine = false;
      boolean _ = line.remove(member);
    }
  }

  /** Calls the first of those that wait if there is room for it. */
  void callNext() {
    Member next = line.peek();
    if (next != null && hasRoom(underWay.get())) {
      next.call();
    }
  }
}
