package dev.herald.http;

import dev.herald.core.config.Setting;

/**
 * The settings of the HTTP listener: the section {@code http}.
 *
 * @param port the TCP port, 0 for one that the system picks
 */
public record HttpSettings(
    @Setting(
            doc =
                "The TCP port for HTTP, gateways and the console. 0 lets the system pick a free"
                    + " one.",
            def = "8000",
            min = "0",
            max = "65535")
        int port) {}
