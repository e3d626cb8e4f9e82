package dev.herald.mqtt.codec;

/**
 * A packet that breaks the specification. It carries the reason code the peer is told, and no stack
 * trace.
 */
public final class PacketException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int reason;

  /**
   * Makes one.
   *
   * @param reason the MQTT 5 reason code
   * @param message what was wrong, naming the clause where one applies
   */
  public PacketException(int reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  /** Returns the MQTT 5 reason code. */
  public int reason() {
    return reason;
  }

  static PacketException malformed(String message) {
    return new PacketException(Reason.MALFORMED_PACKET, message);
  }

  static PacketException protocol(String message) {
    return new PacketException(Reason.PROTOCOL_ERROR, message);
  }
}
