package dev.herald.mqtt.codec;

/**
 * A PUBACK, PUBREC, PUBREL or PUBCOMP packet just read. Reused for packet after packet by one
 * thread.
 */
public final class Ack {
  int packetId;
  int reason;

  /** Returns the packet identifier. */
  public int packetId() {
    return packetId;
  }

  /** Returns the reason code; 0 in 3.1.1. */
  public int reason() {
    return reason;
  }
}
