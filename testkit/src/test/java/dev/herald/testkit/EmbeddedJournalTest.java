package dev.herald.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.journal.EmbeddedJournal;
import dev.herald.core.journal.Journal;
import dev.herald.core.metric.Metrics;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmbeddedJournalTest extends JournalContract {
  @Override
  protected Journal open() {
    return new EmbeddedJournal(new Metrics());
  }

  @Override
  protected int waitingCommandsMax() {
    return EmbeddedJournal.QUEUE_COMMANDS_MAX + EmbeddedJournal.BATCH_COMMANDS_MAX;
  }

  @Test
  void start_twice_isAMistake() {
    try (Journal journal = open()) {
      journal.start(batch -> List.of());

      assertThatThrownBy(() -> journal.start(batch -> List.of()))
          .isInstanceOf(IllegalStateException.class);
    }
  }
}
