package dev.herald.core.group;

import dev.herald.core.config.PerApp;
import dev.herald.core.config.Setting;
import java.time.Duration;

/**
 * The settings of group conversations: the section {@code groups}.
 *
 * @param recallMax how long after its creation a message may be recalled
 */
public record GroupSettings(
    @Setting(
            doc =
                "How long after its creation a message may be recalled; later the recall is refused"
                    + " with RECALL_TOO_LATE. 0s allows no recalls.",
            def = "120s",
            min = "0s",
            max = "3650d")
        PerApp<Duration> recallMax) {}
