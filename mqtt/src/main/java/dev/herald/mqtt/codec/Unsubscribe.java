package dev.herald.mqtt.codec;

import java.util.List;

/**
 * An UNSUBSCRIBE packet (MQTT 5.0 section 3.10).
 *
 * @param packetId the packet identifier
 * @param filters the filters, at least one, as sent
 */
public record Unsubscribe(int packetId, List<String> filters) {}
