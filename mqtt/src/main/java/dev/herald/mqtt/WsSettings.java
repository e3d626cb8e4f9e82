package dev.herald.mqtt;

import dev.herald.core.config.Setting;

/** The settings of the listener for MQTT over WebSocket: the section {@code ws}. */
public record WsSettings(
    @Setting(
            doc =
                "The TCP port for MQTT over WebSocket, path /mqtt. 0 lets the system pick a free"
                    + " one.",
            def = "8083",
            min = "0",
            max = "65535")
        int port) {}
