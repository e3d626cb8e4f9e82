package dev.herald.core.group;

import dev.herald.core.config.PerApp;
import dev.herald.core.config.Setting;
import java.time.Duration;

/**
 * How much of the groups' history is kept: the section {@code retention}.
 *
 * @param ageMax how long after it happened an event is kept; zero for ever
 * @param eventsMax how many of a group's events are kept; 0 for all
 */
public record RetentionSettings(
    @Setting(
            doc =
                "How long after it happened an event of a group is kept, with its message. 0s keeps"
                    + " all. A message that has a clientMessageId is kept for 24 hours at least,"
                    + " with all that came after it in its group.",
            def = "0s",
            min = "0s",
            max = "36500d")
        PerApp<Duration> ageMax,
    @Setting(
            doc =
                "How many of each group's events are kept, with their messages: the newest. 0 keeps"
                    + " all. A message that has a clientMessageId is kept for 24 hours at least,"
                    + " with all that came after it in its group, however many that are.",
            def = "0",
            min = "0",
            max = "1000000000000",
            unit = "events")
        PerApp<Long> eventsMax) {

  /** Returns whether anything is ever removed. */
  public boolean isOn() {
    return ageMax.values().stream().anyMatch(Duration::isPositive)
        || eventsMax.values().stream().anyMatch(most -> most > 0);
  }
}
