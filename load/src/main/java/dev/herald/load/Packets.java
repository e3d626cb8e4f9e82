package dev.herald.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/** Writes the packets a load client sends beside PUBLISH. */
final class Packets {
  private static final int CONNECT = 0x10;
  private static final int PUBACK = 0x40;
  private static final int SUBSCRIBE = 0x82;
  private static final int PINGREQ = 0xC0;
  private static final int DISCONNECT = 0xE0;
  private static final int USER_PROPERTY = 0x26;
  private static final int FLAG_CLEAN = 0x02;
  private static final int FLAG_PASSWORD = 0x40;
  private static final int FLAG_USERNAME = 0x80;

  private Packets() {}

  /** Writes CONNECT with a clean session. */
  static void connect(ByteBuf out, Client.Login login) {
    Protocol protocol = login.target().protocol();
    String username = login.target().username();
    String password = login.target().password();
    int length = 10 + properties(protocol) + utf8Length(login.clientId());
    int flags = FLAG_CLEAN;
    if (username != null) {
      flags |= FLAG_USERNAME;
      length += utf8Length(username);
    }
    if (password != null) {
      flags |= FLAG_PASSWORD;
      length += utf8Length(password);
    }
    header(out, CONNECT, length);
    utf8(out, "MQTT");
    out.writeByte(protocol.level()).writeByte(flags).writeShort(login.keepAliveSeconds());
    noProperties(out, protocol);
    utf8(out, login.clientId());
    if (username != null) {
      utf8(out, username);
    }
    if (password != null) {
      utf8(out, password);
    }
  }

  /**
   * Writes SUBSCRIBE with one filter, under packet id 1. A chat is asked for an echo, so that all
   * who are in get the same messages.
   */
  static void subscribe(ByteBuf out, Protocol protocol, String filter, int qos) {
    boolean echo = protocol.hasProperties() && filter.startsWith("$chat/");
    int echoBytes = echo ? 1 + utf8Length("echo") + utf8Length("1") : 0;
    header(out, SUBSCRIBE, 2 + properties(protocol) + echoBytes + utf8Length(filter) + 1);
    out.writeShort(1);
    if (echo) {
      out.writeByte(echoBytes).writeByte(USER_PROPERTY);
      utf8(out, "echo");
      utf8(out, "1");
    } else {
      noProperties(out, protocol);
    }
    utf8(out, filter);
    out.writeByte(qos);
  }

  /** Writes PUBACK of success, the same in both versions. */
  static void puback(ByteBuf out, int packetId) {
    out.writeInt((PUBACK << 24) | (2 << 16) | packetId);
  }

  /** Writes PINGREQ, the same in both versions. */
  static void pingreq(ByteBuf out) {
    header(out, PINGREQ, 0);
  }

  /** Writes DISCONNECT of a normal end, the same in both versions. */
  static void disconnect(ByteBuf out) {
    header(out, DISCONNECT, 0);
  }

  /** Writes a fixed header. */
  static void header(ByteBuf out, int first, int length) {
    out.writeByte(first);
    int rest = length;
    while (rest > 0x7F) {
      out.writeByte((rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    out.writeByte(rest);
  }

  /** Writes a string with its length before it. */
  static void utf8(ByteBuf out, String text) {
    out.writeShort(ByteBufUtil.utf8Bytes(text));
    ByteBufUtil.writeUtf8(out, text);
  }

  /** Returns how many bytes {@link #utf8} writes. */
  static int utf8Length(String text) {
    return 2 + ByteBufUtil.utf8Bytes(text);
  }

  /** Returns how many bytes an empty set of properties takes. */
  static int properties(Protocol protocol) {
    return protocol.hasProperties() ? 1 : 0;
  }

  /** Writes an empty set of properties, where the version has any. */
  static void noProperties(ByteBuf out, Protocol protocol) {
    if (protocol.hasProperties()) {
      out.writeByte(0);
    }
  }
}
