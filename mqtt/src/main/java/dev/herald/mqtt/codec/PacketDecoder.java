package dev.herald.mqtt.codec;

import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.MessageProperties.PayloadFormat;
import dev.herald.core.topic.Topics;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/**
 * Reads the packets a client sends, and refuses what the specification does not allow. Reused for
 * packet after packet by one thread; what it returns as {@link Publish} or {@link Ack} is valid
 * until the next one is read.
 */
public final class PacketDecoder {
  private static final String PROTOCOL_NAME = "MQTT";
  private static final int USER_NAME_FLAG = 0x80;
  private static final int PASSWORD_FLAG = 0x40;
  private static final int WILL_RETAIN_FLAG = 0x20;
  private static final int WILL_FLAG = 0x04;
  private static final int CLEAN_START_FLAG = 0x02;

  private final Properties properties = new Properties();
  private final TopicReader topics;
  private final Publish publish = new Publish();
  private final Ack ack = new Ack();

  /** Makes a decoder that takes every topic name the specification allows. */
  public PacketDecoder() {
    this(Topics.BYTES_MAX, Topics.LEVELS_MAX);
  }

  /**
   * Makes a decoder.
   *
   * @param topicBytesMax the most bytes of a topic name
   * @param topicLevelsMax the most levels of a topic name
   */
  public PacketDecoder(int topicBytesMax, int topicLevelsMax) {
    this.topics = new TopicReader(topicBytesMax, topicLevelsMax);
  }

  /**
   * Reads the start of a CONNECT packet: the protocol's name and level.
   *
   * @return the level the client asks for, 0 to 255
   * @throws PacketException UNSUPPORTED_PROTOCOL_VERSION if it is not the MQTT protocol at all
   *     [MQTT-3.1.2-1]
   */
  public int protocolLevel(PacketReader reader) {
    String name = reader.utf8();
    int level = reader.u8();
    if (name.equals(PROTOCOL_NAME)) {
      return level;
    }
    if (name.equals("MQIsdp")) {
      return 3;
    }
    throw new PacketException(Reason.UNSUPPORTED_PROTOCOL_VERSION, "the protocol is not MQTT");
  }

  /**
   * Reads the rest of a CONNECT packet.
   *
   * @param version the protocol level, 4 or 5
   */
  public Connect connect(PacketReader reader, int version) {
    int flags = reader.u8();
    checkConnectFlags(flags, version);
    int keepAliveSeconds = reader.u16();
    boolean clean = (flags & CLEAN_START_FLAG) != 0;
    Connect.Options options = version >= 5 ? options(reader) : optionsOf311(clean);
    String clientId = reader.utf8();
    Connect.WillMessage will = (flags & WILL_FLAG) != 0 ? will(reader, flags, version) : null;
    String userName = (flags & USER_NAME_FLAG) != 0 ? reader.utf8() : null;
    if ((flags & PASSWORD_FLAG) != 0) {
      reader.binary();
    }
    reader.expectEnd();
    return new Connect(version, clientId, clean, keepAliveSeconds, userName, will, options);
  }

  private static void checkConnectFlags(int flags, int version) {
    if ((flags & 1) != 0) {
      throw PacketException.malformed("the reserved connect flag is set [MQTT-3.1.2-3]");
    }
    int willQos = (flags >> 3) & 3;
    if (willQos == 3) {
      throw PacketException.malformed("the will's QoS is 3 [MQTT-3.1.2-12]");
    }
    if ((flags & WILL_FLAG) == 0 && (willQos != 0 || (flags & WILL_RETAIN_FLAG) != 0)) {
      throw PacketException.malformed("will options without a will [MQTT-3.1.2-11]");
    }
    if (version < 5 && (flags & USER_NAME_FLAG) == 0 && (flags & PASSWORD_FLAG) != 0) {
      throw PacketException.malformed("a password without a user name [MQTT-3.1.2-22]");
    }
  }

  private Connect.Options options(PacketReader reader) {
    properties.read(reader, Properties.OF_CONNECT);
    String method = properties.text(Properties.AUTHENTICATION_METHOD);
    if (method == null && properties.has(Properties.AUTHENTICATION_DATA)) {
      throw PacketException.protocol("authentication data without a method");
    }
    return new Connect.Options(
        properties.number(Properties.SESSION_EXPIRY, 0),
        (int) properties.number(Properties.RECEIVE_MAXIMUM, 65_535),
        properties.number(Properties.MAXIMUM_PACKET_SIZE, Integer.MAX_VALUE),
        (int) properties.number(Properties.TOPIC_ALIAS_MAXIMUM, 0),
        properties.number(Properties.REQUEST_PROBLEM_INFORMATION, 1) == 1,
        properties.number(Properties.REQUEST_RESPONSE_INFORMATION, 0) == 1,
        method,
        List.copyOf(properties.userProperties()));
  }

  private static Connect.Options optionsOf311(boolean clean) {
    return new Connect.Options(
        clean ? 0 : Connect.NEVER_EXPIRES,
        65_535,
        Integer.MAX_VALUE,
        0,
        false,
        false,
        null,
        List.of());
  }

  private Connect.WillMessage will(PacketReader reader, int flags, int version) {
    if (version >= 5) {
      properties.read(reader, Properties.OF_WILL);
    } else {
      properties.clear();
    }
    long delaySeconds = properties.number(Properties.WILL_DELAY, 0);
    long expirySeconds = properties.number(Properties.MESSAGE_EXPIRY, -1);
    MessageProperties told = messageProperties();
    String topic = topics.check(reader.utf8());
    byte[] payload = reader.binary();
    boolean retain = (flags & WILL_RETAIN_FLAG) != 0;
    return new Connect.WillMessage(
        topic, payload, (flags >> 3) & 3, retain, delaySeconds, expirySeconds, told);
  }

  /**
   * Reads a PUBLISH packet.
   *
   * @param flags the low four bits of its first byte
   */
  public Publish publish(PacketReader reader, int flags, int version) {
    int qos = (flags >> 1) & 3;
    if (qos == 3) {
      throw PacketException.malformed("QoS 3 [MQTT-3.3.1-4]");
    }
    boolean duplicate = (flags & 8) != 0;
    if (duplicate && qos == 0) {
      throw PacketException.malformed("DUP at QoS 0 [MQTT-3.3.1-2]");
    }
    publish.qos = qos;
    publish.duplicate = duplicate;
    publish.retain = (flags & 1) != 0;
    publish.topic = topics.read(reader);
    publish.packetId = qos == 0 ? 0 : packetId(reader);
    publish.topicAlias = 0;
    publish.expirySeconds = -1;
    publish.properties = MessageProperties.NONE;
    if (version >= 5) {
      publishProperties(reader);
    }
    if (publish.topic.isEmpty() && publish.topicAlias == 0) {
      throw version >= 5
          ? PacketException.protocol("neither a topic name nor a topic alias")
          : PacketException.malformed("the topic name is empty [MQTT-4.7.3-1]");
    }
    publish.payload = reader.rest();
    return publish;
  }

  private void publishProperties(PacketReader reader) {
    properties.read(reader, Properties.OF_PUBLISH);
    if (properties.has(Properties.TOPIC_ALIAS)) {
      publish.topicAlias = (int) properties.number(Properties.TOPIC_ALIAS, 0);
      if (publish.topicAlias == 0) {
        throw new PacketException(Reason.TOPIC_ALIAS_INVALID, "topic alias 0 [MQTT-3.3.2-8]");
      }
    }
    publish.expirySeconds = properties.number(Properties.MESSAGE_EXPIRY, -1);
    publish.properties = messageProperties();
  }

  private MessageProperties messageProperties() {
    PayloadFormat format =
        switch ((int) properties.number(Properties.PAYLOAD_FORMAT, -1)) {
          case -1 -> PayloadFormat.NOT_SAID;
          case 0 -> PayloadFormat.BYTES;
          default -> PayloadFormat.UTF8;
        };
    String contentType = properties.text(Properties.CONTENT_TYPE);
    String responseTopic = properties.text(Properties.RESPONSE_TOPIC);
    byte[] correlation = properties.binary(Properties.CORRELATION_DATA);
    List<String> user = properties.userProperties();
    if (responseTopic != null) {
      TopicReader.checkForm(responseTopic);
    }
    if (format == PayloadFormat.NOT_SAID
        && contentType == null
        && responseTopic == null
        && correlation == null
        && user.isEmpty()) {
      return MessageProperties.NONE;
    }
    return new MessageProperties(
        format, contentType, responseTopic, correlation, List.copyOf(user));
  }

  /**
   * Reads a PUBACK, PUBREC, PUBREL or PUBCOMP packet.
   *
   * @param type which of them
   */
  public Ack ack(PacketReader reader, int type, int version) {
    ack.packetId = packetId(reader);
    ack.reason = 0;
    if (version >= 5 && reader.remaining() > 0) {
      ack.reason = reasonOf(reader, Reason.mayAcknowledge(type));
      if (reader.remaining() > 0) {
        properties.read(reader, Properties.OF_ACK);
      }
    }
    reader.expectEnd();
    return ack;
  }

  /** Reads a SUBSCRIBE packet. */
  public Subscribe subscribe(PacketReader reader, int version) {
    int packetId = packetId(reader);
    int identifier = 0;
    List<String> user = List.of();
    if (version >= 5) {
      properties.read(reader, Properties.OF_SUBSCRIBE);
      identifier = (int) properties.number(Properties.SUBSCRIPTION_IDENTIFIER, 0);
      user = List.copyOf(properties.userProperties());
    }
    List<Subscribe.Request> requests = new ArrayList<>(2);
    while (reader.remaining() > 0) {
      String filter = reader.utf8();
      requests.add(new Subscribe.Request(filter, subscribeOptions(reader.u8(), filter, version)));
    }
    if (requests.isEmpty()) {
      throw PacketException.protocol("SUBSCRIBE without a filter [MQTT-3.8.3-2]");
    }
    return new Subscribe(packetId, identifier, user, requests);
  }

  private static int subscribeOptions(int options, String filter, int version) {
    int reserved = version >= 5 ? 0xC0 : 0xFC;
    if ((options & reserved) != 0) {
      throw PacketException.malformed("reserved subscription options are set [MQTT-3.8.3-5]");
    }
    if ((options & Subscribe.QOS) == 3) {
      throw PacketException.malformed("a subscription asks for QoS 3");
    }
    if ((options & Subscribe.RETAIN_HANDLING) == Subscribe.RETAIN_HANDLING) {
      throw PacketException.protocol("retain handling 3");
    }
    if ((options & Subscribe.NO_LOCAL) != 0 && filter.startsWith("$share/")) {
      throw PacketException.protocol("no local on a shared subscription [MQTT-3.8.3-4]");
    }
    return options;
  }

  /** Reads an UNSUBSCRIBE packet. */
  public Unsubscribe unsubscribe(PacketReader reader, int version) {
    int packetId = packetId(reader);
    if (version >= 5) {
      properties.read(reader, Properties.OF_UNSUBSCRIBE);
    }
    List<String> filters = new ArrayList<>(2);
    while (reader.remaining() > 0) {
      filters.add(reader.utf8());
    }
    if (filters.isEmpty()) {
      throw PacketException.protocol("UNSUBSCRIBE without a filter [MQTT-3.10.3-2]");
    }
    return new Unsubscribe(packetId, filters);
  }

  /** Reads a DISCONNECT packet. */
  public Disconnect disconnect(PacketReader reader, int version) {
    if (version < 5) {
      reader.expectEnd();
      return new Disconnect(0, -1);
    }
    int reason = reader.remaining() > 0 ? reasonOf(reader, Reason.MAY_DISCONNECT_A_CLIENT) : 0;
    long expiry = -1;
    if (reader.remaining() > 0) {
      properties.read(reader, Properties.OF_DISCONNECT);
      expiry = properties.number(Properties.SESSION_EXPIRY, -1);
    }
    reader.expectEnd();
    return new Disconnect(reason, expiry);
  }

  /** Reads a reason code that must be one of those its packet may have. */
  private static int reasonOf(PacketReader reader, BitSet allowed) {
    int reason = reader.u8();
    if (!allowed.get(reason)) {
      throw PacketException.protocol(
          String.format(
              Locale.ROOT,
              "reason code 0x%02X is not for this packet [MQTT-3.4.2-1] [MQTT-3.14.2-1]",
              reason));
    }
    return reason;
  }

  private static int packetId(PacketReader reader) {
    int packetId = reader.u16();
    if (packetId == 0) {
      throw PacketException.protocol("packet identifier 0 [MQTT-2.2.1-3]");
    }
    return packetId;
  }
}
