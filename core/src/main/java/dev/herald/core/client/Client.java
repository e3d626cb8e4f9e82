package dev.herald.core.client;

import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;

/**
 * A client as notifications and presence know it. An edge makes one for a client that registers
 * something or wants notifications, and for no other. Lane-owned but for its {@link #id} and {@link
 * #lane}; its {@link #registration} is read by others while they hold its user.
 */
public abstract class Client {
  private Registration registration = Registration.NOTHING;
  private long sinceMs;
  private long matchedBy;
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

  /** Sends the client a notification. On the lane; must not throw. */
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

  final void registers(Registration next) {
    registration = next;
  }

  final void isPresentSince(long nowMs) {
    present = true;
    sinceMs = nowMs;
  }

  final void isGone() {
    present = false;
  }

  final void listens(boolean whether) {
    listening = whether;
  }

  /** Notes that a notification matches; returns whether that was not noted yet. */
  final boolean matchedFirstBy(long notificationId) {
    boolean first = matchedBy != notificationId;
    matchedBy = notificationId;
    return first;
  }
}
