package dev.herald.mqtt.codec;

/**
 * A DISCONNECT packet (MQTT 5.0 section 3.14).
 *
 * @param reason the reason code, 0 in 3.1.1
 * @param sessionExpirySeconds the session expiry from now on, or -1 to leave it
 */
public record Disconnect(int reason, long sessionExpirySeconds) {}
