package dev.herald.load;

import io.netty.buffer.ByteBuf;

/** Finds the packets in what a broker sent, and tells a sink what a load client must know. */
final class PacketScanner {
  private static final int CONNACK = 2;
  private static final int PUBLISH = 3;
  private static final int PUBACK = 4;
  private static final int SUBACK = 9;
  private static final int PINGRESP = 13;
  private static final int DISCONNECT = 14;
  private static final int RECEIVE_MAXIMUM = 0x21;
  private static final int RECEIVE_MAXIMUM_DEFAULT = 65_535;

  private final Protocol protocol;
  private final Sink sink;

  PacketScanner(Protocol protocol, Sink sink) {
    this.protocol = protocol;
    this.sink = sink;
  }

  /**
   * Reads all whole packets; what is left is the begin of one.
   *
   * @throws IllegalArgumentException if it is not MQTT
   */
  void scan(ByteBuf in) {
    while (in.readableBytes() >= 2) {
      int start = in.readerIndex();
      int at = start + 1;
      int length = 0;
      int digit;
      int shift = 0;
      do {
        if (at == in.writerIndex()) {
          return;
        }
        digit = in.getByte(at++);
        length |= (digit & 0x7F) << shift;
        shift += 7;
      } while (digit < 0 && shift < 28);
      if (digit < 0) {
        throw new IllegalArgumentException("not MQTT: a length of more than four bytes");
      }
      if (in.writerIndex() - at < length) {
        return;
      }
      packet(in, in.getUnsignedByte(start), at, at + length);
      in.readerIndex(at + length);
    }
  }

  private void packet(ByteBuf in, int first, int at, int end) {
    switch (first >>> 4) {
      case PUBLISH -> publish(in, (first >>> 1) & 3, at, end);
      case PUBACK -> sink.puback(in.getUnsignedShort(at), reason(in, at + 2, end));
      case CONNACK -> sink.connack(in.getUnsignedByte(at + 1), receiveMaximum(in, at + 2, end));
      case SUBACK -> sink.suback(in.getUnsignedByte(end - 1));
      case PINGRESP -> sink.pingresp();
      case DISCONNECT -> sink.disconnect(reason(in, at, end));
      default -> {} // nothing else is asked for
    }
  }

  private void publish(ByteBuf in, int qos, int start, int end) {
    int at = start + 2 + in.getUnsignedShort(start);
    int packetId = 0;
    if (qos > 0) {
      packetId = in.getUnsignedShort(at);
      at += 2;
    }
    if (protocol.hasProperties()) {
      int digit;
      int length = 0;
      int shift = 0;
      do {
        digit = in.getByte(at++);
        length |= (digit & 0x7F) << shift;
        shift += 7;
      } while (digit < 0);
      at += length;
    }
    sink.message(in, at, end - at, packetId);
  }

  private static int reason(ByteBuf in, int at, int end) {
    return at < end ? in.getUnsignedByte(at) : 0;
  }

  /** Reads the one property of CONNACK that matters here; the others are stepped over. */
  private int receiveMaximum(ByteBuf in, int start, int end) {
    int at = start + 1;
    while (protocol.hasProperties() && at < end) {
      int id = in.getUnsignedByte(at++);
      switch (id) {
        case RECEIVE_MAXIMUM -> {
          return in.getUnsignedShort(at);
        }
        case 0x24, 0x25, 0x28, 0x29, 0x2A -> at += 1;
        case 0x13, 0x22 -> at += 2;
        case 0x11, 0x27 -> at += 4;
        case 0x12, 0x15, 0x16, 0x1A, 0x1C, 0x1F -> at += 2 + in.getUnsignedShort(at);
        case 0x26 -> {
          at += 2 + in.getUnsignedShort(at);
          at += 2 + in.getUnsignedShort(at);
        }
        default -> throw new IllegalArgumentException("not MQTT: property " + id + " of CONNACK");
      }
    }
    return RECEIVE_MAXIMUM_DEFAULT;
  }

  /** Takes what was read. */
  interface Sink {
    /** The broker answered the CONNECT. */
    void connack(int reason, int receiveMaximum);

    /** The broker answered the SUBSCRIBE. */
    void suback(int reason);

    /** The broker acknowledged a message. */
    void puback(int packetId, int reason);

    /**
     * A message came.
     *
     * @param in holds the payload during the call
     * @param packetId 0 at QoS 0
     */
    void message(ByteBuf in, int payloadAt, int payloadBytes, int packetId);

    /** The broker answered a ping. */
    void pingresp();

    /** The broker says why it will close the connection. */
    void disconnect(int reason);
  }
}
