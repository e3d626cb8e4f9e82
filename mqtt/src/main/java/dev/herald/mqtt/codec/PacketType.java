package dev.herald.mqtt.codec;

/** The types of control packets (MQTT 5.0 section 2.1.2). */
public final class PacketType {
  /** Connection request. */
  public static final int CONNECT = 1;

  /** Connect acknowledgement. */
  public static final int CONNACK = 2;

  /** A message. */
  public static final int PUBLISH = 3;

  /** Acknowledgement of a QoS 1 message. */
  public static final int PUBACK = 4;

  /** A QoS 2 message was received. */
  public static final int PUBREC = 5;

  /** A QoS 2 message may be forgotten. */
  public static final int PUBREL = 6;

  /** A QoS 2 message is complete. */
  public static final int PUBCOMP = 7;

  /** Subscribe request. */
  public static final int SUBSCRIBE = 8;

  /** Subscribe acknowledgement. */
  public static final int SUBACK = 9;

  /** Unsubscribe request. */
  public static final int UNSUBSCRIBE = 10;

  /** Unsubscribe acknowledgement. */
  public static final int UNSUBACK = 11;

  /** Keep-alive request. */
  public static final int PINGREQ = 12;

  /** Keep-alive answer. */
  public static final int PINGRESP = 13;

  /** The end of a connection. */
  public static final int DISCONNECT = 14;

  /** Authentication exchange. */
  public static final int AUTH = 15;

  private PacketType() {}

  /**
   * Checks a first byte: the type must be one a client may send and the flags those of the type
   * [MQTT-2.1.3-1].
   *
   * @param firstByte the packet's first byte, 0 to 255
   * @param version the protocol level of the connection, 4 or 5
   * @throws PacketException MALFORMED_PACKET or PROTOCOL_ERROR
   */
  public static void check(int firstByte, int version) {
    int type = firstByte >> 4;
    int flags = firstByte & 0x0F;
    switch (type) {
      case PUBLISH -> {
        // its flags are data
      }
      case PUBREL, SUBSCRIBE, UNSUBSCRIBE -> checkFlags(flags, 2, type);
      case CONNECT, PUBACK, PUBREC, PUBCOMP, PINGREQ, DISCONNECT -> checkFlags(flags, 0, type);
      case AUTH -> {
        if (version < 5) {
          throw PacketException.malformed("packet type 15 is reserved in 3.1.1");
        }
        checkFlags(flags, 0, type);
      }
      case 0 -> throw PacketException.malformed("packet type 0 is reserved");
      default -> throw PacketException.protocol("packet type " + type + " is not for a server");
    }
  }

  private static void checkFlags(int flags, int expected, int type) {
    if (flags != expected) {
      throw PacketException.malformed(
          "packet type " + type + " has flags " + flags + " [MQTT-2.1.3-1]");
    }
  }
}
