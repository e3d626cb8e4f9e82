package dev.herald.core.client;

import dev.herald.core.config.Setting;
import java.time.Duration;

/** The settings of notifications: the section {@code notifications}. */
public record NotificationSettings(
    @Setting(
            doc =
                "How many tags a client may register. A client of MQTT that gives more when it"
                    + " connects is refused with reason 0x97, 3 in 3.1.1; a later change to more is"
                    + " refused.",
            unit = "tags",
            def = "64",
            min = "0",
            max = "10000")
        int tagsMax,
    @Setting(
            doc =
                "How long a tag may be. A longer one is refused with FIELD_INVALID; a client that"
                    + " gives it when it connects is refused with reason 0x83.",
            unit = "characters",
            def = "64",
            min = "1",
            max = "1024")
        int tagCharactersMax,
    @Setting(
            doc =
                "How many names (users, devices and tags) the targets of one notification may have"
                    + " together, and how many targets there may be. One with more is refused with"
                    + " QUOTA_EXCEEDED.",
            unit = "names",
            def = "1000",
            min = "1",
            max = "100000")
        int targetsMax,
    @Setting(
            doc =
                "How large a notification's content may be, in bytes of UTF-8. A larger one is"
                    + " refused with PAYLOAD_TOO_LARGE. The request as a whole may not be larger"
                    + " than http.requestBytesMax or mqtt.packetBytesMax.",
            unit = "bytes",
            def = "64KiB",
            min = "0",
            max = "16MiB")
        int contentBytesMax,
    @Setting(
            doc =
                "How long a notification may wait for clients that connect later. One that asks for"
                    + " more is refused with FIELD_INVALID. 0s lets none wait.",
            def = "7d",
            min = "0s",
            max = "365d")
        Duration ttlMax,
    @Setting(
            doc =
                "How many notifications of an app may wait for clients that connect later. A"
                    + " further one goes to the clients that are connected only; it is counted and"
                    + " the sender is told (\"kept\" is false). 0 keeps none.",
            unit = "notifications",
            def = "10000",
            min = "0",
            max = "1000000")
        int pendingMax,
    @Setting(
            doc =
                "How many bytes the notifications of an app that wait may take together, with the"
                    + " notes of which clients had them. At the limit the same happens as at"
                    + " pendingMax; one whose notes find no room waits no longer, which is"
                    + " counted.",
            unit = "bytes",
            def = "16MiB",
            min = "0",
            max = "16GiB")
        long pendingBytesMax) {}
