package dev.herald.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static final long START_NS = 1_000_000;

  @Test
  void schedule_manyClients_eachIsDueOnceInEveryInterval() {
    int clients = 1000;
    Schedule schedule = new Schedule(clients, 2000);
    schedule.start(START_NS);
    long intervalNs = 500_000_000;
    long last = START_NS;
    for (int round = 0; round < 3; round++) {
      Set<Integer> turns = new HashSet<>();
      for (int i = 0; i < clients; i++) {
        long due = schedule.nextDueNs();
        assertThat(due).isBetween(last, START_NS + (round + 1) * intervalNs);
        assertThat(due).isEqualTo(schedule.dueNs(schedule.next(), round));
        last = due;
        turns.add(schedule.next());
        schedule.advance();
      }
      assertThat(turns).hasSize(clients);
    }
  }

  @Test
  void schedule_oneClient_isDueAtRegularIntervals() {
    Schedule schedule = new Schedule(1, 10);
    schedule.start(START_NS);
    long first = schedule.nextDueNs();
    schedule.advance();
    assertThat(schedule.nextDueNs()).isEqualTo(first + 100_000_000);
    assertThat(schedule.dueNs(0, 1_000_000) - first).isEqualTo(100_000_000L * 1_000_000);
  }

  @Test
  void schedule_sameNumberOfClients_hasTheSameMoments() {
    Schedule one = new Schedule(50, 100);
    Schedule other = new Schedule(50, 100);
    for (int i = 0; i < 100; i++) {
      assertThat(one.nextDueNs()).isEqualTo(other.nextDueNs());
      one.advance();
      other.advance();
    }
  }
}
