package dev.herald.mqtt;

import dev.herald.core.config.Setting;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * The settings of the MQTT edge and its sessions: the section {@code mqtt}. The limits hold for
 * MQTT over WebSocket as well.
 */
public record MqttSettings(
    @Setting(
            doc = "The TCP port for MQTT. 0 lets the system pick a free one.",
            def = "1883",
            min = "0",
            max = "65535")
        int port,
    @Setting(
            doc =
                "The listeners whose connections begin with a PROXY header (version 1 or 2), by"
                    + " which a load balancer names the client: any of mqtt, mqtts, ws, wss. On"
                    + " these a connection without a valid header is closed, so name only what can"
                    + " be reached through the load balancer alone.")
        List<String> proxyProtocol,
    @Setting(
            doc =
                "How many event loops carry connections, a thread each. 0 takes one for each"
                    + " processor, at most 32.",
            unit = "threads",
            def = "0",
            min = "0",
            max = "32")
        int loops,
    @Setting(
            doc =
                "How many connections may be open at once. One more is closed as soon as it is"
                    + " accepted, and counted.",
            unit = "connections",
            def = "1000000",
            min = "1",
            max = "10000000")
        int connectionsMax,
    @Setting(
            doc =
                "How many new connections each listening address takes in a second. Further ones"
                    + " are closed as soon as they are accepted, and counted. 0 sets no limit.",
            unit = "connections",
            def = "50000",
            min = "0",
            max = "1000000")
        int connectionRateMax,
    @Setting(
            doc =
                "How long a new connection may take to send its CONNECT packet. It is closed after"
                    + " that.",
            def = "10s",
            min = "1s",
            max = "5m")
        Duration connectTimeout,
    @Setting(
            doc =
                "The largest packet a client may send. A larger one ends the connection with reason"
                    + " 0x95.",
            unit = "bytes",
            def = "1MiB",
            min = "1KiB",
            max = "256MiB")
        int packetBytesMax,
    @Setting(
            doc =
                "How long a topic name or filter may be, in bytes of UTF-8. A longer name ends the"
                    + " connection with reason 0x90, a longer filter is refused with reason 0x8F,"
                    + " 0x80 in 3.1.1.",
            unit = "bytes",
            def = "65535",
            min = "64",
            max = "65535")
        int topicBytesMax,
    @Setting(
            doc =
                "How many levels a topic name or filter may have. A name with more ends the"
                    + " connection with reason 0x90, a filter with more is refused with reason"
                    + " 0x8F, 0x80 in 3.1.1.",
            unit = "levels",
            def = "1024",
            min = "1",
            max = "1024")
        int topicLevelsMax,
    @Setting(
            doc =
                "How long a client identifier may be. A client with a longer one is refused with"
                    + " reason 0x85, 2 in 3.1.1.",
            unit = "characters",
            def = "1024",
            min = "23",
            max = "65535")
        int clientIdCharactersMax,
    @Setting(
            doc =
                "How many subscriptions a session may have. One more is refused with reason 0x97,"
                    + " 0x80 in 3.1.1.",
            unit = "subscriptions",
            def = "10000",
            min = "1",
            max = "10000000")
        int subscriptionsMax,
    @Setting(
            doc =
                "How many QoS 1 and 2 messages may be under way to a client unacknowledged; a"
                    + " client that announces a smaller receive maximum gets no more than that."
                    + " Further messages wait in its queue, those of consumer groups in the group.",
            unit = "messages",
            def = "1000",
            min = "1",
            max = "65535")
        int inflightMax,
    @Setting(
            doc =
                "How many QoS 1 and 2 messages of a client may wait for the server's"
                    + " acknowledgement. A client of MQTT 5 that sends more is disconnected with"
                    + " reason 0x93; others are read no further until some are acknowledged.",
            unit = "messages",
            def = "1000",
            min = "1",
            max = "65535")
        int receiveMax,
    @Setting(
            doc =
                "How many topic aliases a client of MQTT 5 may set, and how many the server sets"
                    + " for a client that takes them. A client that goes beyond it is disconnected"
                    + " with reason 0x94; the server sets the one it used longest ago anew. 0"
                    + " offers none.",
            unit = "aliases",
            def = "32",
            min = "0",
            max = "65535")
        int topicAliasMax,
    @Setting(
            doc =
                "The longest keep-alive. A client of MQTT 5 that asks for a longer one or none is"
                    + " given this one (server keep-alive); one of 3.1.1 cannot be told and keeps"
                    + " its own. 0 lets every client have what it asks for.",
            def = "0s",
            min = "0s",
            max = "65535s")
        Duration keepAliveMax,
    @Setting(
            doc =
                "How many bytes of messages may wait for one session, and how many may be under way"
                    + " to its client unacknowledged. At the limit QoS 0 messages"
                    + " for it are dropped and counted, and what waits of consumer groups goes back"
                    + " to them; a connected client for which a QoS 1 or 2 message has no room then"
                    + " is disconnected with reason 0x97; for a session without a connection the"
                    + " message is dropped and counted.",
            unit = "bytes",
            def = "8MiB",
            min = "64KiB",
            max = "1GiB")
        int queueBytesMax,
    @Setting(
            doc =
                "How many QoS 1 and 2 messages may wait for one session. At the limit the same"
                    + " happens as at queueBytesMax; which of both is reached first depends on how"
                    + " large messages are.",
            unit = "messages",
            def = "100000",
            min = "1",
            max = "10000000")
        int queueMessagesMax,
    @Setting(
            doc =
                "The high-water mark of the process's memory: heap in use, or direct buffers, in"
                    + " percent of what the JVM may take. Above it the server is not ready, and"
                    + " does without, step by step, each step a quarter of the way from the mark"
                    + " to 100 percent further: first new clients are refused with reason 0x89;"
                    + " then further subscriptions are refused with reason 0x97,"
                    + " QoS 0 messages are dropped for clients that read slowly and sessions"
                    + " without a connection may keep an eighth of queueBytesMax; then publishers"
                    + " are read once a second only; then the sessions that hold most memory are"
                    + " ended with reason 0x97, a tenth of all that is held each second. A step is"
                    + " left five points below where it was taken. 0 sets no mark.",
            unit = "percent",
            def = "70",
            min = "0",
            max = "95")
        int memoryHighWater,
    @Setting(
            doc =
                "How many sessions may exist, connected or not. A client that would need one more"
                    + " is refused with reason 0x97.",
            unit = "sessions",
            def = "1000000",
            min = "1",
            max = "10000000")
        int sessionsMax,
    @Setting(
            doc =
                "How long a session may live on without a connection. A client that asks for more,"
                    + " or for ever, gets this, and a client of MQTT 5 is told so.",
            def = "7d",
            min = "1s",
            max = "365d")
        Duration sessionExpiryMax,
    @Setting(
            doc =
                "How many topics of an app may have a retained message. A further one is refused"
                    + " with reason 0x97. 0 offers none: a client of MQTT 5 is told so, and one"
                    + " that retains all the same is disconnected with reason 0x9A.",
            unit = "messages",
            def = "100000",
            min = "0",
            max = "100000000")
        int retainedMessagesMax,
    @Setting(
            doc =
                "How many bytes the retained messages of an app may take together. One without room"
                    + " is refused with reason 0x97.",
            unit = "bytes",
            def = "64MiB",
            min = "0",
            max = "64GiB")
        long retainedBytesMax) {
  private static final Set<String> LISTENERS = Set.of("mqtt", "mqtts", "ws", "wss");

  /**
   * Checks what single values cannot say.
   *
   * @throws IllegalArgumentException if proxyProtocol names a listener that does not exist
   */
  public MqttSettings {
    proxyProtocol = List.copyOf(proxyProtocol);
    for (String listener : proxyProtocol) {
      if (!LISTENERS.contains(listener)) {
        throw new IllegalArgumentException(
            "proxyProtocol must name listeners (mqtt, mqtts, ws, wss), not '" + listener + "'");
      }
    }
  }

  /** Returns how many event loops there are: as set, or one for each processor. */
  public int loopCount() {
    return loops > 0 ? loops : Math.min(32, Runtime.getRuntime().availableProcessors());
  }
}
