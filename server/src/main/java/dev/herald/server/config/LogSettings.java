package dev.herald.server.config;

import dev.herald.core.config.Setting;

/**
 * What is logged: the section {@code log}.
 *
 * @param level the least important level that is logged
 */
public record LogSettings(
    @Setting(
            doc =
                "The least important level that is logged, on standard error. Libraries are logged"
                    + " from warn on; at trace everything is.",
            def = "info")
        LogLevel level) {}
