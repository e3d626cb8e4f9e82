package dev.herald.core.bus;

/** Something every node of the hub is shown. Implementations are immutable. */
public interface BusMessage {
  /** Returns the app it belongs to. */
  String appId();
}
