package dev.herald.mqtt.codec;

import java.util.BitSet;

/** The reason codes of MQTT 5.0 (section 2.4) that Herald gives or reads. */
public final class Reason {
  /** Success, normal disconnection, or granted QoS 0. */
  public static final int SUCCESS = 0x00;

  /** Disconnect, and publish the will. */
  public static final int DISCONNECT_WITH_WILL = 0x04;

  /** Accepted, but nobody subscribes to the topic. */
  public static final int NO_MATCHING_SUBSCRIBERS = 0x10;

  /** There was no such subscription. */
  public static final int NO_SUBSCRIPTION_EXISTED = 0x11;

  /** Refused, and no more specific code applies. */
  public static final int UNSPECIFIED_ERROR = 0x80;

  /** The packet does not follow the specification's form. */
  public static final int MALFORMED_PACKET = 0x81;

  /** The packet may not come here, or contradicts itself. */
  public static final int PROTOCOL_ERROR = 0x82;

  /** Refused for a reason of the implementation. */
  public static final int IMPLEMENTATION_SPECIFIC_ERROR = 0x83;

  /** The version of the protocol is not served. */
  public static final int UNSUPPORTED_PROTOCOL_VERSION = 0x84;

  /** The client identifier is not allowed. */
  public static final int CLIENT_IDENTIFIER_NOT_VALID = 0x85;

  /** The user name cannot be accepted. */
  public static final int BAD_USER_NAME_OR_PASSWORD = 0x86;

  /** The client may not do that. */
  public static final int NOT_AUTHORIZED = 0x87;

  /** The server cannot serve now. */
  public static final int SERVER_UNAVAILABLE = 0x88;

  /** The server cannot take more clients for now. */
  public static final int SERVER_BUSY = 0x89;

  /** The server is stopping. */
  public static final int SERVER_SHUTTING_DOWN = 0x8B;

  /** The authentication method is not known. */
  public static final int BAD_AUTHENTICATION_METHOD = 0x8C;

  /** Nothing came for one and a half keep-alive times. */
  public static final int KEEP_ALIVE_TIMEOUT = 0x8D;

  /** Another connection took over the session. */
  public static final int SESSION_TAKEN_OVER = 0x8E;

  /** The topic filter is not accepted. */
  public static final int TOPIC_FILTER_INVALID = 0x8F;

  /** The topic name is not accepted. */
  public static final int TOPIC_NAME_INVALID = 0x90;

  /** The packet identifier is in use already. */
  public static final int PACKET_IDENTIFIER_IN_USE = 0x91;

  /** There is no such packet identifier. */
  public static final int PACKET_IDENTIFIER_NOT_FOUND = 0x92;

  /** More was sent unacknowledged than announced as receivable. */
  public static final int RECEIVE_MAXIMUM_EXCEEDED = 0x93;

  /** The topic alias is 0, unknown, or greater than announced. */
  public static final int TOPIC_ALIAS_INVALID = 0x94;

  /** The packet is larger than announced. */
  public static final int PACKET_TOO_LARGE = 0x95;

  /** Messages come too fast. */
  public static final int MESSAGE_RATE_TOO_HIGH = 0x96;

  /** A limit is reached. */
  public static final int QUOTA_EXCEEDED = 0x97;

  /** An operator ended the connection. */
  public static final int ADMINISTRATIVE_ACTION = 0x98;

  /** The payload is not what it was declared to be. */
  public static final int PAYLOAD_FORMAT_INVALID = 0x99;

  /** Retained messages are not offered. */
  public static final int RETAIN_NOT_SUPPORTED = 0x9A;

  /** The codes a client may give in a DISCONNECT [MQTT-3.14.2-1]. */
  static final BitSet MAY_DISCONNECT_A_CLIENT =
      set(
          SUCCESS,
          DISCONNECT_WITH_WILL,
          UNSPECIFIED_ERROR,
          MALFORMED_PACKET,
          PROTOCOL_ERROR,
          IMPLEMENTATION_SPECIFIC_ERROR,
          TOPIC_NAME_INVALID,
          RECEIVE_MAXIMUM_EXCEEDED,
          TOPIC_ALIAS_INVALID,
          PACKET_TOO_LARGE,
          MESSAGE_RATE_TOO_HIGH,
          QUOTA_EXCEEDED,
          ADMINISTRATIVE_ACTION,
          PAYLOAD_FORMAT_INVALID);

  /** The codes of PUBACK and PUBREC [MQTT-3.4.2-1] [MQTT-3.5.2-1]. */
  private static final BitSet MAY_ANSWER_A_MESSAGE =
      set(
          SUCCESS,
          NO_MATCHING_SUBSCRIBERS,
          UNSPECIFIED_ERROR,
          IMPLEMENTATION_SPECIFIC_ERROR,
          NOT_AUTHORIZED,
          TOPIC_NAME_INVALID,
          PACKET_IDENTIFIER_IN_USE,
          QUOTA_EXCEEDED,
          PAYLOAD_FORMAT_INVALID);

  /** The codes of PUBREL and PUBCOMP [MQTT-3.6.2-1] [MQTT-3.7.2-1]. */
  private static final BitSet MAY_RELEASE_A_MESSAGE = set(SUCCESS, PACKET_IDENTIFIER_NOT_FOUND);

  private Reason() {}

  /** Returns the codes that a PUBACK, PUBREC, PUBREL or PUBCOMP may have. */
  static BitSet mayAcknowledge(int type) {
    return type == PacketType.PUBACK || type == PacketType.PUBREC
        ? MAY_ANSWER_A_MESSAGE
        : MAY_RELEASE_A_MESSAGE;
  }

  private static BitSet set(int... codes) {
    BitSet set = new BitSet(256);
    for (int code : codes) {
      set.set(code);
    }
    return set;
  }
}
