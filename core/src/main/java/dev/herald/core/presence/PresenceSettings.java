package dev.herald.core.presence;

import dev.herald.core.config.Setting;

/** The settings of presence: the section {@code presence}. */
public record PresenceSettings(
    @Setting(
            doc =
                "Of how many users without a connected client the server remembers when they were"
                    + " last seen; in memory, about 150 bytes each, lost at a restart. Beyond that,"
                    + " who was seen longest ago is forgotten and counted. 0 remembers none.",
            unit = "users",
            def = "100000",
            min = "0",
            max = "100000000")
        int lastSeenMax) {}
