package dev.herald.http;

/**
 * What {@code GET /v1/server} tells about this server.
 *
 * @param version the version it runs
 * @param node its node id
 * @param startedAtMs when it started, milliseconds since 1970
 * @param mqttPort the port MQTT is bound to, 0 if to none
 * @param wsPort the port MQTT over WebSocket is bound to, 0 if to none
 * @param httpPort the port HTTP is bound to
 * @param mqttsPort the port MQTT over TLS is bound to, 0 if to none
 * @param wssPort the port MQTT over secure WebSocket is bound to, 0 if to none
 * @param httpsPort the port HTTPS is bound to, 0 if to none
 */
public record ServerInfo(
    String version,
    String node,
    long startedAtMs,
    int mqttPort,
    int wsPort,
    int httpPort,
    int mqttsPort,
    int wssPort,
    int httpsPort) {}
