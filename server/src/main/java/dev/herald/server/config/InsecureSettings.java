package dev.herald.server.config;

import dev.herald.core.config.Setting;

/**
 * What is dangerous and has to be allowed in so many words: the section {@code insecure}.
 *
 * @param allowOpen whether addresses other than loopback may be bound without credentials
 */
public record InsecureSettings(
    @Setting(
            doc =
                "Whether the server may listen on addresses that other machines can reach although"
                    + " no credentials are configured. Then anybody who reaches it can read and"
                    + " send everything; each start warns of it.",
            def = "false")
        boolean allowOpen) {}
