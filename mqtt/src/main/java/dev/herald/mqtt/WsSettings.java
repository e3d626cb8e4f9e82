package dev.herald.mqtt;

import dev.herald.core.config.Setting;
import java.util.List;

/** The settings of the listener for MQTT over WebSocket: the section {@code ws}. */
public record WsSettings(
    @Setting(
            doc =
                "The TCP port for MQTT over WebSocket, path /mqtt. 0 lets the system pick a free"
                    + " one.",
            def = "8083",
            min = "0",
            max = "65535")
        int port,
    @Setting(
            doc =
                "The origins of web pages that may connect, beside pages of this host and of"
                    + " loopback addresses. Each is written as a browser sends it,"
                    + " https://example.org; * admits all. A page of another origin is refused with"
                    + " HTTP status 403.")
        List<String> originsAllowed) {}
