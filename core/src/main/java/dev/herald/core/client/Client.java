package dev.herald.core.client;

import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;

/**
 * A client as notifications and presence know it. An edge makes one for a client that registers
 * something or wants notifications, and for no other. Lane-owned but for its {@link #id} and {@link
 * #lane}; its {@link #registration} is read by others while they hold its user.
 */
public abstract class Client {
  private static final long NOT_BEHIND = Long.MAX_VALUE;

  private Registration registration = Registration.NOTHING;
  private long sinceMs;
  private long matchedBy;
  private long behindFrom = NOT_BEHIND;
  private boolean present;
  private boolean listening;

  /** Makes a client that is not present. */
  protected Client() {}

  /** Returns its client identifier. From any thread. */
  public abstract String id();

  /** Returns the lane that owns it. From any thread. */
  public abstract Lane lane();

  /** Returns whether a message would be on its way to the client at once. On the lane. */
  protected abstract boolean isReady();

  /**
   * Returns whether a notification that can wait is better sent now: it would be on its way at
   * once, or wait behind a few others at most. On the lane. If not, {@link Clients#catchUp} is to
   * be called when that has changed.
   */
  protected abstract boolean hasRoomFor(Message notification);

  /**
   * Returns whether the client takes a notification at all: not if it is larger than its packets
   * may be, nor if it sent it and wants none of its own. On the lane; counts what it refuses.
   */
  protected abstract boolean accepts(Message notification);

  /** Sends the client a notification that it accepts. On the lane; must not throw. */
  protected abstract void take(Message notification);

  /** Returns what it registered. */
  public final Registration registration() {
    return registration;
  }

  /** Returns whether it is connected. */
  public final boolean isPresent() {
    return present;
  }

  /** Returns whether it takes notifications. */
  final boolean isListening() {
    return listening;
  }

  /** Returns when it connected, milliseconds since 1970. */
  final long sinceMs() {
    return sinceMs;
  }

  final void setRegistration(Registration next) {
    registration = next;
  }

  final void markPresent(long nowMs) {
    present = true;
    sinceMs = nowMs;
  }

  final void markGone() {
    present = false;
    behindFrom = NOT_BEHIND;
  }

  final void setListening(boolean whether) {
    listening = whether;
  }

  /** Returns whether a notification waits for the client to be ready. On the lane. */
  protected final boolean isBehind() {
    return behindFrom != NOT_BEHIND;
  }

  /** Returns the number of the first notification that waits for the client to be ready. */
  final long behindFrom() {
    return behindFrom;
  }

  /** Notes that a notification waits for the client to be ready. */
  final void fallBehind(long notificationId) {
    behindFrom = Math.min(behindFrom, notificationId);
  }

  /** Notes that the client is offered all that waits. */
  final void catchUp() {
    behindFrom = NOT_BEHIND;
  }

  /** Notes that a notification matches; returns whether that was not noted yet. */
  final boolean matchedFirstBy(long notificationId) {
    boolean first = matchedBy != notificationId;
    matchedBy = notificationId;
    return first;
  }
}
