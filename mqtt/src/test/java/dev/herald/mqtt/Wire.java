package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static dev.herald.mqtt.codec.Bytes.text;
import static dev.herald.mqtt.codec.Bytes.u16;
import static dev.herald.mqtt.codec.Bytes.u32;
import static dev.herald.mqtt.codec.Bytes.varint;

import dev.herald.mqtt.codec.PacketType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Packets as a client sends them. */
final class Wire {
  static final byte[] NO_PROPERTIES = {};
  static final byte[] PINGREQ = {(byte) 0xC0, 0};

  private Wire() {}

  /** Puts the fixed header before a body. */
  static byte[] packet(int firstByte, Object... body) {
    byte[] joined = bytes(body);
    return bytes(firstByte, varint(joined.length), joined);
  }

  /** Returns properties with their length before them; nothing for 3.1.1. */
  static byte[] properties(int version, byte[] properties) {
    return version >= 5 ? bytes(varint(properties.length), properties) : NO_PROPERTIES;
  }

  static byte[] publish(
      int version, int flags, String topic, int packetId, byte[] properties, byte[] payload) {
    return packet(
        (PacketType.PUBLISH << 4) | flags,
        text(topic),
        (flags & 6) == 0 ? NO_PROPERTIES : u16(packetId),
        properties(version, properties),
        payload);
  }

  static byte[] publish(int version, int qos, String topic, int packetId, String payload) {
    return publish(version, qos << 1, topic, packetId, NO_PROPERTIES, bytes(payload));
  }

  static byte[] subscribe(
      int version, int packetId, byte[] properties, int options, String... filters) {
    byte[] requests = {};
    for (String filter : filters) {
      requests = bytes(requests, text(filter), options);
    }
    return packet(0x82, u16(packetId), properties(version, properties), requests);
  }

  static byte[] unsubscribe(int version, int packetId, String... filters) {
    byte[] requests = {};
    for (String filter : filters) {
      requests = bytes(requests, text(filter));
    }
    return packet(0xA2, u16(packetId), properties(version, NO_PROPERTIES), requests);
  }

  static byte[] ack(int type, int packetId) {
    return packet((type << 4) | (type == PacketType.PUBREL ? 2 : 0), u16(packetId));
  }

  static byte[] disconnect(int reason, byte[] properties) {
    return packet(0xE0, reason, varint(properties.length), properties);
  }

  static byte[] userProperty(String name, String value) {
    return bytes(0x26, text(name), text(value));
  }

  static byte[] expiry(long seconds) {
    return bytes(0x02, u32(seconds));
  }

  static byte[] alias(int alias) {
    return bytes(0x23, u16(alias));
  }

  static byte[] identifier(int identifier) {
    return bytes(0x0B, varint(identifier));
  }

  static Hello hello(int version, String clientId) {
    return new Hello(version, clientId);
  }

  /** A client whose session stays for a while: of 3.1.1 by resuming, of 5.0 by its expiry. */
  static Hello lasting(int version, String clientId) {
    Hello hello = hello(version, clientId).resume();
    return version >= 5 ? hello.sessionExpiry(1000) : hello;
  }

  /** A CONNECT packet in the making; clean start and no keep-alive unless told otherwise. */
  static final class Hello {
    final int version;
    private final String clientId;
    private int flags = 0x02;
    private int keepAliveSeconds;
    private @Nullable String userName;
    private byte[] properties = NO_PROPERTIES;
    private byte[] will = NO_PROPERTIES;

    private Hello(int version, String clientId) {
      this.version = version;
      this.clientId = clientId;
    }

    /** Resumes the session there is. */
    Hello resume() {
      flags &= ~0x02;
      return this;
    }

    Hello keepAlive(int seconds) {
      keepAliveSeconds = seconds;
      return this;
    }

    Hello user(String name) {
      flags |= 0x80;
      userName = name;
      return this;
    }

    Hello sessionExpiry(long seconds) {
      return with(0x11, u32(seconds));
    }

    Hello receiveMaximum(int messages) {
      return with(0x21, u16(messages));
    }

    Hello maximumPacketSize(int bytes) {
      return with(0x27, u32(bytes));
    }

    Hello topicAliases(int most) {
      return with(0x22, u16(most));
    }

    Hello noReasons() {
      return with(0x17, 0);
    }

    Hello with(Object... property) {
      properties = bytes(properties, bytes(property));
      return this;
    }

    Hello will(String topic, String payload, int qos, boolean retain) {
      return will(topic, payload, qos, retain, NO_PROPERTIES);
    }

    Hello willAfter(int delaySeconds, String topic, String payload) {
      return will(topic, payload, 1, false, bytes(0x18, u32(delaySeconds)));
    }

    Hello will(String topic, String payload, int qos, boolean retain, byte[] willProperties) {
      flags |= 0x04 | (qos << 3) | (retain ? 0x20 : 0);
      will = bytes(properties(version, willProperties), text(topic), text(payload));
      return this;
    }

    byte[] toBytes() {
      return packet(
          0x10,
          text("MQTT"),
          version,
          flags,
          u16(keepAliveSeconds),
          properties(version, properties),
          text(clientId),
          will,
          userName == null ? NO_PROPERTIES : text(userName));
    }
  }

  /** Cuts bytes into pieces of a length. */
  static byte[][] pieces(byte[] bytes, int length) {
    byte[][] pieces = new byte[Math.ceilDiv(bytes.length, length)][];
    for (int i = 0; i < pieces.length; i++) {
      pieces[i] = Arrays.copyOfRange(bytes, i * length, Math.min(bytes.length, (i + 1) * length));
    }
    return pieces;
  }
}
