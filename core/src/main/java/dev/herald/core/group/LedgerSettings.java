package dev.herald.core.group;

import dev.herald.core.config.Setting;

/**
 * The settings of what is remembered about the way of recent messages: the section {@code ledger}.
 *
 * @param messagesMax how many messages
 */
public record LedgerSettings(
    @Setting(
            doc =
                "Of how many messages, the latest ones of all apps, the server remembers in memory"
                    + " when they were stored and to whom they were pushed. One more takes the"
                    + " place of the oldest, which is counted; the message itself is kept all the"
                    + " same. About 300 bytes each, and 60 for each gateway a message was pushed"
                    + " to. 0 remembers none.",
            unit = "messages",
            def = "10000",
            min = "0",
            max = "1000000")
        int messagesMax) {}
