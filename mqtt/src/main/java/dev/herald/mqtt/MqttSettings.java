package dev.herald.mqtt;

import dev.herald.core.config.Setting;

/**
 * The settings of the MQTT listener and its sessions: the section {@code mqtt}.
 *
 * @param port the TCP port, 0 for one that the system picks
 */
public record MqttSettings(
    @Setting(
            doc = "The TCP port for MQTT. 0 lets the system pick a free one.",
            def = "1883",
            min = "0",
            max = "65535")
        int port) {}
