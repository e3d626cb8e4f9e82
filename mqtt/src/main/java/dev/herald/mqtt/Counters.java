package dev.herald.mqtt;

import dev.herald.core.metric.Metrics;
import dev.herald.core.metric.Metrics.Counter;
import dev.herald.mqtt.codec.Limit;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/** What the edge counts. Thread-safe. */
final class Counters {
  final AtomicInteger connections = new AtomicInteger();

  /** What clients published and consumer groups have not consumed. */
  final AtomicInteger awaited = new AtomicInteger();

  /** Messages sent again that consumer groups had already, and got once only. */
  final Counter repeatsRecognised;

  /** Messages sent again that consumer groups got, and may have got before. */
  final Counter repeatsPublished;

  private final Map<Limit, Counter> limits = new EnumMap<>(Limit.class);
  final Counter accepted;
  final Counter refused;
  final Counter received;
  final Counter sent;
  final Counter bytesReceived;
  final Counter bytesSent;
  final Counter protocolErrors;
  final Counter takenOver;
  final Counter disconnected;
  final Counter tlsHandshakesFailed;
  final Counter proxyHeadersRefused;

  /** Messages for clients that do not read or acknowledge fast enough. */
  final Counter droppedSlow;

  /** QoS 1 and 2 messages for sessions without a connection whose queue is full. */
  final Counter droppedOffline;

  /** Messages that expired before they could be sent. */
  final Counter droppedExpired;

  /** Messages larger than the client takes. */
  final Counter droppedTooLarge;

  /** Messages to topics that clients may not publish to, or that found no room. */
  final Counter droppedRefused;

  /** Events read for subscribers that were behind. */
  final Counter eventsRead;

  Counters(Metrics metrics) {
    for (Limit limit : Limit.values()) {
      limits.put(
          limit,
          metrics.counter(
              "herald_mqtt_limits_total",
              "limit",
              limit.setting(),
              "How often a limit was met, by the name of its setting."));
    }
    metrics.gauge("herald_mqtt_connections", "Open MQTT connections.", connections::get);
    metrics.gauge(
        "herald_mqtt_publishes_awaited",
        "Messages of clients that wait for consumer groups to be acknowledged.",
        awaited::get);
    repeatsRecognised = repeats(metrics, "recognised");
    repeatsPublished = repeats(metrics, "published");
    accepted =
        metrics.counter("herald_mqtt_connections_accepted_total", "MQTT connections accepted.");
    refused =
        metrics.counter(
            "herald_mqtt_connections_refused_total",
            "MQTT connections closed for lack of room, or refused at CONNECT.");
    received =
        metrics.counter("herald_mqtt_messages_received_total", "PUBLISH packets from clients.");
    sent = metrics.counter("herald_mqtt_messages_sent_total", "PUBLISH packets to clients.");
    bytesReceived = metrics.counter("herald_mqtt_bytes_received_total", "Bytes from clients.");
    bytesSent = metrics.counter("herald_mqtt_bytes_sent_total", "Bytes given to connections.");
    protocolErrors =
        metrics.counter(
            "herald_mqtt_protocol_errors_total",
            "Connections ended because the client broke MQTT.");
    tlsHandshakesFailed =
        metrics.counter(
            "herald_mqtt_tls_handshakes_failed_total",
            "Connections that ended before their TLS handshake did.");
    proxyHeadersRefused =
        metrics.counter(
            "herald_mqtt_proxy_headers_refused_total",
            "Connections ended because they did not begin with a valid PROXY header.");
    takenOver =
        metrics.counter(
            "herald_mqtt_sessions_taken_over_total",
            "Connections ended because their client identifier connected anew.");
    disconnected =
        metrics.counter(
            "herald_mqtt_clients_disconnected_total", "Connections ended by an operator.");
    eventsRead =
        metrics.counter(
            "herald_mqtt_group_events_read_total",
            "Group events read from the store for subscribers that were behind.");
    droppedSlow = dropped(metrics, "slow_consumer");
    droppedOffline = dropped(metrics, "offline_queue_full");
    droppedExpired = dropped(metrics, "expired");
    droppedTooLarge = dropped(metrics, "packet_too_large");
    droppedRefused = dropped(metrics, "refused");
  }

  /** Returns what counts how often a limit was met. */
  Counter limit(Limit limit) {
    return Objects.requireNonNull(limits.get(limit));
  }

  private static Counter repeats(Metrics metrics, String as) {
    return metrics.counter(
        "herald_mqtt_consumer_repeats_total",
        "as",
        as,
        "Messages for consumer groups that a client sent again (DUP): recognised as one they have,"
            + " or published once more.");
  }

  private static Counter dropped(Metrics metrics, String reason) {
    return metrics.counter(
        "herald_mqtt_messages_dropped_total",
        "reason",
        reason,
        "Messages not delivered to a client, or not taken from one.");
  }
}
