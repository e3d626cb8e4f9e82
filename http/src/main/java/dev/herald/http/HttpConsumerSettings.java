package dev.herald.http;

import dev.herald.core.config.Setting;
import java.time.Duration;

/**
 * The settings of members of consumer groups that take their messages over HTTP: the section {@code
 * http.consumer}.
 *
 * @param countMax how many an app may have
 * @param inflightMax how many messages one may have unanswered
 * @param bytesMax how many bytes of messages one may have unanswered
 * @param lease how long one may do without a request, in whole seconds
 */
public record HttpConsumerSettings(
    @Setting(
            doc =
                "How many consumers over HTTP an app may have. One more is answered by 429, and"
                    + " counted.",
            unit = "consumers",
            def = "1000",
            min = "1",
            max = "1000000")
        int countMax,
    @Setting(
            doc =
                "How many messages a consumer over HTTP may ask to have without an answer of its"
                    + " own; one that does not ask may have 100 of them. Further messages go to"
                    + " other members of its group, or wait there.",
            unit = "messages",
            def = "1000",
            min = "1",
            max = "10000")
        int inflightMax,
    @Setting(
            doc =
                "How many bytes of messages a consumer over HTTP may have without an answer of its"
                    + " own, but for the last message. Further ones go to other members of its"
                    + " group, or wait there; a QoS 0 message that was on its way to it is dropped,"
                    + " and counted.",
            unit = "bytes",
            def = "8MiB",
            min = "64KiB",
            max = "1GiB")
        long bytesMax,
    @Setting(
            doc =
                "How long a consumer over HTTP may do without a request: it leaves its group when"
                    + " it has made none for so long and none waits. One whose stream takes nothing"
                    + " for so long leaves too.",
            def = "1m",
            min = "5s",
            max = "1h")
        Duration lease) {}
