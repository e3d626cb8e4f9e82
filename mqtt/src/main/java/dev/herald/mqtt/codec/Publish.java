package dev.herald.mqtt.codec;

import dev.herald.core.route.MessageProperties;

/**
 * A PUBLISH packet just read (MQTT 5.0 section 3.3). Reused for packet after packet by one thread.
 */
public final class Publish {
  private static final byte[] NO_PAYLOAD = {};

  String topic = "";
  int qos;
  boolean duplicate;
  boolean retain;
  int packetId;
  int topicAlias;
  long expirySeconds = -1;
  MessageProperties properties = MessageProperties.NONE;
  byte[] payload = NO_PAYLOAD;

  /** Returns the topic name; empty when a topic alias stands for it. */
  public String topic() {
    return topic;
  }

  /** Returns the quality of service, 0, 1 or 2. */
  public int qos() {
    return qos;
  }

  /** Returns whether the client sends it again. */
  public boolean duplicate() {
    return duplicate;
  }

  /** Returns whether it is to be retained. */
  public boolean retain() {
    return retain;
  }

  /** Returns the packet identifier, 0 at QoS 0. */
  public int packetId() {
    return packetId;
  }

  /** Returns the topic alias, 0 for none. */
  public int topicAlias() {
    return topicAlias;
  }

  /** Returns after how many seconds it expires, -1 for never. */
  public long expirySeconds() {
    return expirySeconds;
  }

  /** Returns the properties that subscribers are told. */
  public MessageProperties properties() {
    return properties;
  }

  /** Returns the content, an array of its own. */
  public byte[] payload() {
    return payload;
  }
}
