package dev.herald.mqtt.codec;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The properties of one MQTT 5 packet (section 2.2.2): read once, each at most once but for user
 * properties, and only those the packet may have. Reused for packet after packet by one thread.
 */
final class Properties {
  static final int PAYLOAD_FORMAT = 0x01;
  static final int MESSAGE_EXPIRY = 0x02;
  static final int CONTENT_TYPE = 0x03;
  static final int RESPONSE_TOPIC = 0x08;
  static final int CORRELATION_DATA = 0x09;
  static final int SUBSCRIPTION_IDENTIFIER = 0x0B;
  static final int SESSION_EXPIRY = 0x11;
  static final int ASSIGNED_CLIENT_IDENTIFIER = 0x12;
  static final int SERVER_KEEP_ALIVE = 0x13;
  static final int AUTHENTICATION_METHOD = 0x15;
  static final int AUTHENTICATION_DATA = 0x16;
  static final int REQUEST_PROBLEM_INFORMATION = 0x17;
  static final int WILL_DELAY = 0x18;
  static final int REQUEST_RESPONSE_INFORMATION = 0x19;
  static final int RESPONSE_INFORMATION = 0x1A;
  static final int REASON_STRING = 0x1F;
  static final int RECEIVE_MAXIMUM = 0x21;
  static final int TOPIC_ALIAS_MAXIMUM = 0x22;
  static final int TOPIC_ALIAS = 0x23;
  static final int RETAIN_AVAILABLE = 0x25;
  static final int USER_PROPERTY = 0x26;
  static final int MAXIMUM_PACKET_SIZE = 0x27;

  /** What each kind of packet from a client may have (table 2-4). */
  static final long OF_CONNECT =
      set(
          SESSION_EXPIRY,
          AUTHENTICATION_METHOD,
          AUTHENTICATION_DATA,
          REQUEST_PROBLEM_INFORMATION,
          REQUEST_RESPONSE_INFORMATION,
          RECEIVE_MAXIMUM,
          TOPIC_ALIAS_MAXIMUM,
          USER_PROPERTY,
          MAXIMUM_PACKET_SIZE);

  private static final long OF_MESSAGE =
      set(
          PAYLOAD_FORMAT,
          MESSAGE_EXPIRY,
          CONTENT_TYPE,
          RESPONSE_TOPIC,
          CORRELATION_DATA,
          USER_PROPERTY);
  static final long OF_WILL = OF_MESSAGE | set(WILL_DELAY);
  static final long OF_PUBLISH = OF_MESSAGE | set(TOPIC_ALIAS);
  static final long OF_SUBSCRIBE = set(SUBSCRIPTION_IDENTIFIER, USER_PROPERTY);
  static final long OF_UNSUBSCRIBE = set(USER_PROPERTY);
  static final long OF_ACK = set(REASON_STRING, USER_PROPERTY);
  static final long OF_DISCONNECT = set(SESSION_EXPIRY, REASON_STRING, USER_PROPERTY);

  private static final int IDS = 0x2B;

  private final long[] numbers = new long[IDS];
  private final @Nullable Object[] values = new @Nullable Object[IDS];
  private List<String> userProperties = List.of();
  private long present;

  /**
   * Reads the length and the properties.
   *
   * @param allowed the set of properties the packet may have
   * @throws PacketException MALFORMED_PACKET or PROTOCOL_ERROR
   */
  void read(PacketReader reader, long allowed) {
    clear();
    int outer = reader.narrow(reader.varint());
    while (reader.remaining() > 0) {
      readOne(reader, allowed);
    }
    reader.widen(outer);
  }

  void clear() {
    present = 0;
    userProperties = List.of();
  }

  private void readOne(PacketReader reader, long allowed) {
    int id = reader.varint();
    if (id >= IDS || (allowed & (1L << id)) == 0) {
      throw foreign(id, allowed);
    }
    if (id == USER_PROPERTY) {
      if (userProperties.isEmpty()) {
        userProperties = new ArrayList<>();
      }
      userProperties.add(reader.utf8());
      userProperties.add(reader.utf8());
      return;
    }
    if (has(id)) {
      throw PacketException.protocol("property " + id + " is given twice");
    }
    present |= 1L << id;
    switch (id) {
      case PAYLOAD_FORMAT, REQUEST_PROBLEM_INFORMATION, REQUEST_RESPONSE_INFORMATION ->
          numbers[id] = atMost(reader.u8(), 1, id);
      case MESSAGE_EXPIRY, SESSION_EXPIRY, WILL_DELAY -> numbers[id] = reader.u32();
      case MAXIMUM_PACKET_SIZE -> numbers[id] = notZero(reader.u32(), id);
      case RECEIVE_MAXIMUM -> numbers[id] = notZero(reader.u16(), id);
      case TOPIC_ALIAS, TOPIC_ALIAS_MAXIMUM -> numbers[id] = reader.u16();
      case SUBSCRIPTION_IDENTIFIER -> numbers[id] = notZero(reader.varint(), id);
      case CORRELATION_DATA, AUTHENTICATION_DATA -> values[id] = reader.binary();
      default -> values[id] = reader.utf8();
    }
  }

  private static PacketException foreign(int id, long allowed) {
    return id == SUBSCRIPTION_IDENTIFIER && allowed == OF_PUBLISH
        ? PacketException.protocol(
            "a client publishes without subscription identifier [MQTT-3.3.4-6]")
        : PacketException.malformed("property " + id + " may not be in this packet");
  }

  boolean has(int id) {
    return (present & (1L << id)) != 0;
  }

  long number(int id, long absent) {
    return has(id) ? numbers[id] : absent;
  }

  @Nullable String text(int id) {
    return has(id) && values[id] instanceof String text ? text : null;
  }

  byte @Nullable [] binary(int id) {
    return has(id) && values[id] instanceof byte[] bytes ? bytes : null;
  }

  List<String> userProperties() {
    return userProperties;
  }

  private static long atMost(long value, long max, int id) {
    if (value > max) {
      throw PacketException.protocol("property " + id + " must be at most " + max);
    }
    return value;
  }

  private static long notZero(long value, int id) {
    if (value == 0) {
      throw PacketException.protocol("property " + id + " must not be 0");
    }
    return value;
  }

  private static long set(int... ids) {
    long set = 0;
    for (int id : ids) {
      set |= 1L << id;
    }
    return set;
  }
}
