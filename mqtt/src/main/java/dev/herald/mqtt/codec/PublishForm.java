package dev.herald.mqtt.codec;

import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.MessageProperties.PayloadFormat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message encoded once for all its subscribers of one protocol version: everything of the PUBLISH
 * packet that is the same for each of them, with room for what is not.
 *
 * <p>A subscriber that needs nothing of its own (QoS 0, no subscription identifier, no expiry, no
 * retain flag) gets the whole packet in one copy. Thread-safe.
 */
public final class PublishForm {
  /** The form for clients of 3.1.1. */
  public static final Message.Form<PublishForm> V4 =
      new Message.Form<>(PublishForm.class, message -> new PublishForm(message, 4));

  /** The form for clients of 5.0. */
  public static final Message.Form<PublishForm> V5 =
      new Message.Form<>(PublishForm.class, message -> new PublishForm(message, 5));

  /** The bytes a topic alias takes. */
  public static final int ALIAS_BYTES = 3;

  private static final int[] NO_IDENTIFIERS = {};
  private static final byte[] NO_TOPIC = {};

  private final boolean v5;
  private final byte[] topic;
  private final byte[] properties;
  private final byte[] payload;
  private volatile byte @Nullable [] plainPacket;

  private PublishForm(Message message, int version) {
    this.v5 = version >= 5;
    this.topic = message.topic().getBytes(StandardCharsets.UTF_8);
    this.properties = v5 ? encode(message.properties()) : new byte[0];
    this.payload = message.payload();
  }

  /** Returns the form of a message for a protocol version, 4 or 5. */
  public static PublishForm of(Message message, int version) {
    return message.encoded(version >= 5 ? V5 : V4);
  }

  /**
   * Returns the most bytes a packet of this message takes.
   *
   * @param identifiers how many subscription identifiers it will carry
   */
  public int sizeMax(int identifiers) {
    return 5
        + 2
        + topic.length
        + 2
        + 4
        + 5
        + 5 * identifiers
        + ALIAS_BYTES
        + properties.length
        + payload.length;
  }

  /**
   * Returns the size of one subscriber's packet, in bytes.
   *
   * @param withPacketId whether it has a packet identifier, that is QoS 1 or 2
   * @param identifiers the subscription identifiers it will carry
   * @param withExpiry whether it will tell an expiry
   */
  public int size(boolean withPacketId, int[] identifiers, boolean withExpiry) {
    int own = v5 ? ownPropertiesSize(identifiers, withExpiry ? 0 : -1) : 0;
    int remaining = remainingLength(topic, withPacketId, own + properties.length);
    return 1 + PacketEncoder.varintSize(remaining) + remaining;
  }

  private int remainingLength(byte[] name, boolean withPacketId, int propertiesSize) {
    return 2
        + name.length
        + (withPacketId ? 2 : 0)
        + (v5 ? PacketEncoder.varintSize(propertiesSize) + propertiesSize : 0)
        + payload.length;
  }

  /** Writes the packet of a subscriber that needs nothing of its own: QoS 0, retain flag clear. */
  public void writePlain(ByteBuf out) {
    out.writeBytes(plainPacket());
  }

  /** Returns the size of the packet of a subscriber that needs nothing of its own, in bytes. */
  public int plainSize() {
    return plainPacket().length;
  }

  private byte[] plainPacket() {
    byte[] packet = plainPacket;
    if (packet == null) {
      ByteBuf out = Unpooled.buffer(sizeMax(0));
      write(out, 0, 0, NO_IDENTIFIERS, -1);
      packet = new byte[out.readableBytes()];
      out.readBytes(packet);
      plainPacket = packet;
    }
    return packet;
  }

  /**
   * Writes the packet of one subscriber.
   *
   * @param out has room for {@link #sizeMax}
   * @param flags DUP, QoS and RETAIN as in the packet's first byte
   * @param packetId the packet identifier, 0 at QoS 0
   * @param identifiers the subscription identifiers that matched; left out for 3.1.1
   * @param expirySeconds the message's remaining life, or -1; left out for 3.1.1
   */
  public void write(ByteBuf out, int flags, int packetId, int[] identifiers, long expirySeconds) {
    write(out, flags, packetId, identifiers, expirySeconds, 0);
  }

  /**
   * Writes the packet of one subscriber, with a topic alias.
   *
   * @param alias 0 for none; the alias that stands for the topic from now on; or, negative, the one
   *     that stands for it already, so that the topic is left out. 0 for 3.1.1
   * @see #write(ByteBuf, int, int, int[], long)
   */
  public void write(
      ByteBuf out, int flags, int packetId, int[] identifiers, long expirySeconds, int alias) {
    byte[] name = alias < 0 ? NO_TOPIC : topic;
    int ownProperties =
        v5 ? ownPropertiesSize(identifiers, expirySeconds) + (alias == 0 ? 0 : ALIAS_BYTES) : 0;
    int propertiesSize = ownProperties + properties.length;
    out.writeByte((PacketType.PUBLISH << 4) | flags);
    PacketEncoder.writeVarint(out, remainingLength(name, packetId != 0, propertiesSize));
    out.writeShort(name.length);
    out.writeBytes(name);
    if (packetId != 0) {
      out.writeShort(packetId);
    }
    if (v5) {
      PacketEncoder.writeVarint(out, propertiesSize);
      for (int identifier : identifiers) {
        out.writeByte(Properties.SUBSCRIPTION_IDENTIFIER);
        PacketEncoder.writeVarint(out, identifier);
      }
      if (expirySeconds >= 0) {
        out.writeByte(Properties.MESSAGE_EXPIRY);
        out.writeInt((int) expirySeconds);
      }
      if (alias != 0) {
        out.writeByte(Properties.TOPIC_ALIAS).writeShort(Math.abs(alias));
      }
      out.writeBytes(properties);
    }
    out.writeBytes(payload);
  }

  private static int ownPropertiesSize(int[] identifiers, long expirySeconds) {
    int size = expirySeconds >= 0 ? 5 : 0;
    for (int identifier : identifiers) {
      size += 1 + PacketEncoder.varintSize(identifier);
    }
    return size;
  }

  private static byte[] encode(MessageProperties properties) {
    if (properties.equals(MessageProperties.NONE)) {
      return new byte[0];
    }
    ByteBuf out = Unpooled.buffer(64);
    if (properties.payloadFormat() != PayloadFormat.NOT_SAID) {
      out.writeByte(Properties.PAYLOAD_FORMAT).writeByte(properties.utf8Payload() ? 1 : 0);
    }
    if (properties.contentType() != null) {
      out.writeByte(Properties.CONTENT_TYPE);
      PacketEncoder.writeText(out, properties.contentType());
    }
    if (properties.responseTopic() != null) {
      out.writeByte(Properties.RESPONSE_TOPIC);
      PacketEncoder.writeText(out, properties.responseTopic());
    }
    if (properties.correlationData() != null) {
      out.writeByte(Properties.CORRELATION_DATA).writeShort(properties.correlationData().length);
      out.writeBytes(properties.correlationData());
    }
    List<String> user = properties.userProperties();
    for (int i = 0; i < user.size(); i += 2) {
      out.writeByte(Properties.USER_PROPERTY);
      PacketEncoder.writeText(out, user.get(i));
      PacketEncoder.writeText(out, user.get(i + 1));
    }
    byte[] bytes = new byte[out.readableBytes()];
    out.readBytes(bytes);
    return bytes;
  }
}
