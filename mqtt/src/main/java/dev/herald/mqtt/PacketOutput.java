package dev.herald.mqtt;

import dev.herald.core.route.Message;
import dev.herald.mqtt.codec.Limit;
import dev.herald.mqtt.codec.PacketEncoder;
import dev.herald.mqtt.codec.PublishForm;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The packets on their way to one client. What is written while the loop works on what is ready
 * gathers in one buffer and goes out with one flush; an idle connection holds no buffer. Owned by
 * the connection's lane.
 */
final class PacketOutput {
  private static final int FIRST_BYTES = 256;

  /** A buffer this full is handed to the channel before the flush. */
  private static final int CHUNK_BYTES = 64 * 1024;

  /** The most a packet with a reason string has beside it. */
  private static final int REASON_OVERHEAD_BYTES = 16;

  private final Connection connection;
  private final Broker broker;
  private final Channel channel;
  private @Nullable ByteBuf gathered;
  private boolean flushPending;
  private long packetBytesMax = Integer.MAX_VALUE;

  /** Of a client that takes topic aliases; null for all others. */
  private @Nullable TopicAliases aliases;

  PacketOutput(Connection connection, Broker broker, Channel channel) {
    this.connection = connection;
    this.broker = broker;
    this.channel = channel;
  }

  /** Sets the largest packet the client takes. */
  void limitPackets(long bytesMax) {
    packetBytesMax = bytesMax;
  }

  /** Returns the largest packet the client takes, in bytes. */
  long packetBytesMax() {
    return packetBytesMax;
  }

  /** Has topic aliases used, so many at most; 0 for none [MQTT-3.1.2-27]. */
  void useAliases(int aliasesMax) {
    aliases = aliasesMax == 0 ? null : new TopicAliases(aliasesMax);
  }

  /** Returns how many bytes wait to be taken by the peer. */
  long pendingBytes() {
    ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
    long handedOver = outbound == null ? 0 : outbound.totalPendingWriteBytes();
    return handedOver + (gathered == null ? 0 : gathered.readableBytes());
  }

  /** Returns how many bytes wait to be taken by the peer, with the topics of its aliases. */
  long heldBytes() {
    return pendingBytes() + (aliases == null ? 0 : aliases.bytes());
  }

  /**
   * Returns whether so much waits that QoS 1 and 2 messages should wait in the session's queue
   * instead.
   */
  boolean isBacklogged() {
    return !channel.isWritable();
  }

  /** Returns whether the client takes a packet of this size [MQTT-3.1.2-24]. */
  boolean takes(OutboundMessage outbound) {
    return packetBytesMax >= Integer.MAX_VALUE
        || takes(form(outbound.message), outbound.message, outbound.qos > 0, outbound.identifiers);
  }

  private boolean takes(
      PublishForm form, Message message, boolean withPacketId, int[] identifiers) {
    boolean expires = message.expiresAtMs() != Message.NEVER;
    return form.size(withPacketId, identifiers, expires) <= packetBytesMax;
  }

  /**
   * Sends a QoS 0 message; returns what became of it. That it expired or is too large for the
   * client is counted here, that the client reads too slowly is not.
   */
  AtMostOnce publishAtMostOnce(Message message, boolean retain, int[] identifiers) {
    PublishForm form = form(message);
    boolean expires = message.expiresAtMs() != Message.NEVER;
    boolean plain = !retain && !expires && identifiers.length == 0 && aliases == null;
    int size = plain ? form.plainSize() : form.sizeMax(identifiers.length);
    if (size > packetBytesMax && !takes(form, message, false, identifiers)) {
      broker.counters().droppedTooLarge.increment();
      return AtMostOnce.TOO_LARGE;
    }
    if (isBacklogged() && hasNoRoom(size)) {
      return AtMostOnce.NO_ROOM;
    }
    if (plain) {
      form.writePlain(room(size));
      broker.counters().sent.increment();
      return AtMostOnce.WRITTEN;
    }
    boolean written = write(form, message, retain ? 1 : 0, 0, identifiers);
    return written ? AtMostOnce.WRITTEN : AtMostOnce.EXPIRED;
  }

  /** Returns whether a client that reads slowly is to miss a message of QoS 0. */
  private boolean hasNoRoom(int size) {
    if (pendingBytes() + size > broker.settings().queueBytesMax()) {
      broker.counters().limit(Limit.QUEUE_BYTES).increment();
      return true;
    }
    return broker.memory().dropsForSlowClient();
  }

  /** Sends a QoS 1 or 2 message. */
  void publish(OutboundMessage outbound, int packetId, boolean duplicate) {
    int flags = (duplicate ? 8 : 0) | (outbound.qos << 1) | (outbound.retain ? 1 : 0);
    Message message = outbound.message;
    boolean _ = write(form(message), message, flags, packetId, outbound.identifiers);
  }

  /** Writes a message; returns false if it is of QoS 0 and has expired. */
  private boolean write(
      PublishForm form, Message message, int flags, int packetId, int[] identifiers) {
    long expirySeconds = -1;
    if (message.expiresAtMs() != Message.NEVER) {
      long leftMs = message.expiresAtMs() - broker.clock().millis();
      if (leftMs <= 0 && packetId == 0) {
        broker.counters().droppedExpired.increment();
        return false;
      }
      expirySeconds = Math.max(1, Math.ceilDiv(leftMs, 1000L));
    }
    int alias = aliases == null ? 0 : alias(aliases, form, message, packetId != 0, identifiers);
    ByteBuf out = room(form.sizeMax(identifiers.length));
    form.write(out, flags, packetId, identifiers, expirySeconds, alias);
    broker.counters().sent.increment();
    return true;
  }

  /** Returns the topic's alias, 0 if the packet might be too large with it and its topic. */
  private int alias(
      TopicAliases of, PublishForm form, Message message, boolean withPacketId, int[] identifiers) {
    boolean expires = message.expiresAtMs() != Message.NEVER;
    // the length of the properties may take a byte more, too, and that of the packet
    long size = (long) form.size(withPacketId, identifiers, expires) + PublishForm.ALIAS_BYTES + 2;
    return size > packetBytesMax ? 0 : of.of(message.topic());
  }

  private PublishForm form(Message message) {
    return PublishForm.of(message, connection.version());
  }

  /**
   * Returns a reason string, or null if it would make its packet larger than the client takes
   * [MQTT-3.2.2-19] [MQTT-3.4.2-2] [MQTT-3.14.2-3].
   */
  @Nullable String fitting(@Nullable String text) {
    return text == null || ByteBufUtil.utf8Bytes(text) + REASON_OVERHEAD_BYTES <= packetBytesMax
        ? text
        : null;
  }

  /** Sends a PUBACK, PUBREC, PUBREL or PUBCOMP. */
  void ack(int type, int packetId, int reason, @Nullable String text) {
    String told = connection.wantsReasons() ? fitting(text) : null;
    int size = 16 + (told == null ? 0 : 3 * told.length());
    PacketEncoder.ack(room(size), connection.version(), type, packetId, reason, told);
  }

  /**
   * Returns a buffer with room for so many bytes, to be written to at once; it is flushed with all
   * others.
   */
  ByteBuf room(int bytes) {
    ByteBuf buffer = gathered;
    if (buffer != null && buffer.readableBytes() > CHUNK_BYTES) {
      handOver(buffer);
      buffer = null;
    }
    if (buffer == null) {
      buffer = channel.alloc().buffer(Math.max(FIRST_BYTES, bytes));
      gathered = buffer;
    }
    if (!flushPending) {
      flushPending = true;
      connection.lane().flushLater(connection);
    }
    return buffer;
  }

  /** Gives everything gathered to the socket. */
  void flush() {
    flushPending = false;
    ByteBuf buffer = gathered;
    if (buffer != null) {
      handOver(buffer);
      gathered = null;
    }
    channel.flush();
  }

  private void handOver(ByteBuf buffer) {
    broker.counters().bytesSent.add(buffer.readableBytes());
    var _ = channel.write(buffer, channel.voidPromise());
    gathered = null;
  }

  /** Lets go of what is gathered, for good. */
  void discard() {
    if (gathered != null) {
      gathered.release();
      gathered = null;
    }
  }

  /** What became of a QoS 0 message. */
  enum AtMostOnce {
    /** It was written. */
    WRITTEN,
    /** The client reads too slowly for it. */
    NO_ROOM,
    /** The client does not take packets of its size. */
    TOO_LARGE,
    /** Its time was over. */
    EXPIRED
  }
}
