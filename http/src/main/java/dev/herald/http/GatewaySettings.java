package dev.herald.http;

import dev.herald.core.config.Setting;
import java.time.Duration;

/**
 * The settings of gateway WebSockets: the section {@code http.gateway}.
 *
 * @param countMax how many gateways may be connected
 * @param queueBytesMax how many bytes may wait for one gateway
 * @param frameBytesMax the greatest size of a frame a gateway sends
 * @param pingInterval how often a silent gateway is asked for a sign of life
 */
public record GatewaySettings(
    @Setting(
            doc = "How many gateways may be connected. One more is refused with code 4000.",
            unit = "gateways",
            def = "10000",
            min = "1",
            max = "1000000")
        int countMax,
    @Setting(
            doc =
                "How many bytes may wait for one gateway that reads slowly. At the bound that"
                    + " gateway is disconnected, told from which number of which group to resume,"
                    + " and counted; no other one is concerned.",
            unit = "bytes",
            def = "8MiB",
            min = "1MiB",
            max = "1GiB")
        long queueBytesMax,
    @Setting(
            doc =
                "The greatest size of a WebSocket message that a gateway sends. A larger one ends"
                    + " its connection with status 1009. The smallest value allowed holds every"
                    + " message the contract allows, also with each character escaped.",
            unit = "bytes",
            def = "1MiB",
            min = "512KiB",
            max = "64MiB")
        int frameBytesMax,
    @Setting(
            doc =
                "How often a silent gateway is pinged. One that gives no sign of life for two"
                    + " intervals is disconnected, and counted.",
            def = "30s",
            min = "1s",
            max = "10m")
        Duration pingInterval) {}
