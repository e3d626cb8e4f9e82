package dev.herald.core.relay;

import dev.herald.core.config.Setting;
import java.time.Duration;

/**
 * The settings of what is remembered over a restart: the section {@code relay}.
 *
 * @param persist whether anything is
 * @param backlogBytesMax memory for the names of changed topics
 * @param stopMax how long the last save may take
 */
public record RelaySettings(
    @Setting(
            doc =
                "Whether retained messages and the sessions of MQTT clients that outlive their"
                    + " connection are kept in the data directory, written about four times a"
                    + " second and once more when the server stops. false keeps them in memory"
                    + " only; what a file holds from before is neither read nor deleted.",
            def = "true")
        boolean persist,
    @Setting(
            doc =
                "How much memory the names of topics may take whose retained message changed and is"
                    + " not written yet. It fills up only while the disk does not keep up; the"
                    + " change of a further topic is then not written, and counted. Nothing that"
                    + " waits for a session is dropped for a slow disk: it is in memory within the"
                    + " session's own limits, and is written when the disk allows.",
            unit = "bytes",
            def = "64MiB",
            min = "1KiB",
            max = "4GiB")
        long backlogBytesMax,
    @Setting(
            doc =
                "How long the server may take to write what is not written yet when it stops. What"
                    + " is left after that is lost, and counted in the log.",
            def = "10s",
            min = "100ms",
            max = "10m")
        Duration stopMax) {}
