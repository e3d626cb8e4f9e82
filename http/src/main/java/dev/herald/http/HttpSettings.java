package dev.herald.http;

import dev.herald.core.config.Setting;
import java.time.Duration;

/**
 * The settings of the HTTP listener: the section {@code http}.
 *
 * @param port the TCP port, 0 for one that the system picks
 * @param requestBytesMax the greatest size of a request's body
 * @param requestTimeout how long a request may take, body and answer included
 * @param publishTimeout how long a publish waits for consumer groups
 * @param connectionsMax how many connections may be open
 * @param eventWaitsMax how many requests may wait for a group's event
 * @param gateway the settings of gateway WebSockets
 * @param consumer the settings of members of consumer groups over HTTP
 */
public record HttpSettings(
    @Setting(
            doc =
                "The TCP port for HTTP, gateways and the console. 0 lets the system pick a free"
                    + " one.",
            def = "8000",
            min = "0",
            max = "65535")
        int port,
    @Setting(
            doc =
                "The greatest size of a request's body. A larger one is answered by 413. The"
                    + " smallest value allowed holds every message the contract allows, also with"
                    + " each character escaped.",
            unit = "bytes",
            def = "1MiB",
            min = "512KiB",
            max = "64MiB")
        int requestBytesMax,
    @Setting(
            doc =
                "How long a request may take from its first line to its answer. One that takes"
                    + " longer is answered by 503.",
            def = "10s",
            min = "1s",
            max = "5m")
        Duration requestTimeout,
    @Setting(
            doc =
                "How long a publish to a topic waits for the consumer groups that it matches, after"
                    + " its body has come. One that takes longer is answered by 504, as nobody"
                    + " knows yet whether it will be consumed, and counted. Longer than"
                    + " consumers.ackTimeout, or one stalled member is enough for that.",
            def = "1m",
            min = "1s",
            max = "1h")
        Duration publishTimeout,
    @Setting(
            doc =
                "How many connections may be open, gateways included. One more is closed as soon as"
                    + " it is opened.",
            unit = "connections",
            def = "20000",
            min = "16",
            max = "1000000")
        int connectionsMax,
    @Setting(
            doc =
                "How many requests may wait for the next event of a group. One more is answered by"
                    + " 429 when there is no event for it yet, and counted.",
            unit = "requests",
            def = "10000",
            min = "1",
            max = "1000000")
        int eventWaitsMax,
    @Setting(doc = "Gateways: JSON WebSocket connections that get every group event of an app.")
        GatewaySettings gateway,
    @Setting(doc = "Members of consumer groups that take their messages over HTTP.")
        HttpConsumerSettings consumer) {}
