package dev.herald.mqtt.codec;

/** The limits a client can meet, each with the name of its setting in the section {@code mqtt}. */
public enum Limit {
  /** Open connections. */
  CONNECTIONS("connectionsMax"),
  /** New connections in a second. */
  CONNECTION_RATE("connectionRateMax"),
  /** The time until CONNECT. */
  CONNECT_TIMEOUT("connectTimeout"),
  /** The size of a packet. */
  PACKET_BYTES("packetBytesMax"),
  /** The size of a topic name or filter. */
  TOPIC_BYTES("topicBytesMax"),
  /** The levels of a topic name or filter. */
  TOPIC_LEVELS("topicLevelsMax"),
  /** The length of a client identifier. */
  CLIENT_ID("clientIdCharactersMax"),
  /** Subscriptions of a session. */
  SUBSCRIPTIONS("subscriptionsMax"),
  /** Messages under way to a client. */
  INFLIGHT("inflightMax"),
  /** Messages of a client that are not acknowledged. */
  RECEIVE("receiveMax"),
  /** Topic aliases of a client. */
  TOPIC_ALIAS("topicAliasMax"),
  /** The time a client may be silent. */
  KEEP_ALIVE("keepAliveMax"),
  /** Bytes that wait for a session. */
  QUEUE_BYTES("queueBytesMax"),
  /** Messages that wait for a session. */
  QUEUE_MESSAGES("queueMessagesMax"),
  /** Sessions. */
  SESSIONS("sessionsMax"),
  /** The time a session lives on without a connection. */
  SESSION_EXPIRY("sessionExpiryMax"),
  /** Topics with a retained message. */
  RETAINED_MESSAGES("retainedMessagesMax"),
  /** Bytes of retained messages. */
  RETAINED_BYTES("retainedBytesMax"),
  /** The memory of the process. */
  MEMORY("memoryHighWater");

  private final String setting;

  Limit(String setting) {
    this.setting = setting;
  }

  /** Returns the name of its setting. */
  public String setting() {
    return setting;
  }
}
