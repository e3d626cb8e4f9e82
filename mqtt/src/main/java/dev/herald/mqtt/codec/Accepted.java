package dev.herald.mqtt.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * What the server announces to a client of 5.0 it accepts (section 3.2.2.3).
 *
 * @param sessionExpirySeconds the session expiry in force if it is not what the client asked for,
 *     else -1
 * @param serverKeepAliveSeconds the keep-alive in force if it is not what the client asked for,
 *     else -1
 * @param assignedClientId the client identifier the server made, or null
 * @param receiveMaximum how many QoS 1 and 2 messages the server takes unacknowledged
 * @param packetBytesMax the largest packet the server takes
 * @param topicAliasMaximum how many topic aliases the server takes
 * @param retainAvailable whether retained messages are kept
 * @param responseInformation what the client's response topics are to begin with, or null if it did
 *     not ask
 */
public record Accepted(
    long sessionExpirySeconds,
    int serverKeepAliveSeconds,
    @Nullable String assignedClientId,
    int receiveMaximum,
    int packetBytesMax,
    int topicAliasMaximum,
    boolean retainAvailable,
    @Nullable String responseInformation) {

  /**
   * Returns the size of the smallest CONNACK that tells what the client must know to keep to the
   * terms, in bytes.
   */
  public int sizeMin() {
    ByteBuf out = Unpooled.buffer(64);
    writeTerms(out);
    return PacketEncoder.connackSize(out.readableBytes());
  }

  /**
   * Returns the properties: the terms, and of the rest what has room [MQTT-3.1.2-24].
   *
   * @param bytesMax the largest CONNACK the client takes, at least {@link #sizeMin}
   */
  ByteBuf properties(long bytesMax) {
    ByteBuf out = Unpooled.buffer(64);
    writeTerms(out);
    if (!retainAvailable) {
      int before = out.writerIndex();
      out.writeByte(Properties.RETAIN_AVAILABLE).writeByte(0);
      keepIfItFits(out, before, bytesMax);
    }
    int before = out.writerIndex();
    out.writeByte(Properties.MAXIMUM_PACKET_SIZE).writeInt(packetBytesMax);
    keepIfItFits(out, before, bytesMax);
    if (topicAliasMaximum > 0) {
      before = out.writerIndex();
      out.writeByte(Properties.TOPIC_ALIAS_MAXIMUM).writeShort(topicAliasMaximum);
      keepIfItFits(out, before, bytesMax);
    }
    if (responseInformation != null) {
      before = out.writerIndex();
      out.writeByte(Properties.RESPONSE_INFORMATION);
      PacketEncoder.writeText(out, responseInformation);
      keepIfItFits(out, before, bytesMax);
    }
    return out;
  }

  private void writeTerms(ByteBuf out) {
    if (sessionExpirySeconds >= 0) {
      out.writeByte(Properties.SESSION_EXPIRY).writeInt((int) sessionExpirySeconds);
    }
    if (serverKeepAliveSeconds >= 0) {
      out.writeByte(Properties.SERVER_KEEP_ALIVE).writeShort(serverKeepAliveSeconds);
    }
    if (assignedClientId != null) {
      out.writeByte(Properties.ASSIGNED_CLIENT_IDENTIFIER);
      PacketEncoder.writeText(out, assignedClientId);
    }
    out.writeByte(Properties.RECEIVE_MAXIMUM).writeShort(receiveMaximum);
  }

  private static void keepIfItFits(ByteBuf out, int before, long bytesMax) {
    if (PacketEncoder.connackSize(out.readableBytes()) > bytesMax) {
      out.writerIndex(before);
    }
  }
}
