package dev.herald.mqtt.codec;

import org.jspecify.annotations.Nullable;

/**
 * A packet that breaks the specification. It carries the reason code the peer is told, and no stack
 * trace.
 */
public final class PacketException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int reason;
  private final @Nullable Limit limit;

  /**
   * Makes one.
   *
   * @param reason the MQTT 5 reason code
   * @param message what was wrong, naming the clause where one applies
   */
  public PacketException(int reason, String message) {
    this(reason, message, null);
  }

  /**
   * Makes one for a packet that is beyond a limit of this server.
   *
   * @param reason the MQTT 5 reason code
   * @param message what was too much
   * @param limit the limit, so that it is counted
   */
  public PacketException(int reason, String message, @Nullable Limit limit) {
    super(message, null, false, false);
    this.reason = reason;
    this.limit = limit;
  }

  /** Returns the limit that was met, or null. */
  public @Nullable Limit limit() {
    return limit;
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
