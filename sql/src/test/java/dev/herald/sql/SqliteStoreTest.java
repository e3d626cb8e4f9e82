package dev.herald.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.group.*;
import dev.herald.core.metric.Metrics;
import dev.herald.core.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.util.*;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteStoreTest {
  @TempDir Path dir;

  @Test
  void smoke() {
    StoreSettings settings =
        new StoreSettings(64 << 20, 8 << 20, 256 << 20, 16 << 20, 4, Duration.ofMillis(1500));
    GroupKey key = new GroupKey("a", "g");
    List<GroupEvent> events = new ArrayList<>();
    for (int i = 1; i <= 50; i++) {
      events.add(
          new GroupEvent.Created(
              new GroupMessage(
                  1000 + i, key, "u", "c\0" + i, 5000 + i / 2, null, i % 2 == 0 ? null : i, i),
              "c" + i));
    }
    for (int round = 0; round < 2; round++) {
      try (SqliteStore store =
          new SqliteStore(dir.resolve("a b?c#d%41\u00e9"), settings, new Metrics())) {
        store.start();
        if (round == 0) store.append(events);
        assertThat(store.eventsAfter(key, 0, 100)).isEqualTo(events);
        assertThat(
                store
                    .findByGroup(key, new Store.TimeRange(5001, 5004), new Store.Page(1, 4))
                    .messages())
            .containsExactly(
                ((GroupEvent.Created) events.get(5)).message(),
                ((GroupEvent.Created) events.get(6)).message());
        assertThat(
                store
                    .findByGroup(key, new Store.TimeRange(5001, 5004), new Store.Page(1, 4))
                    .total())
            .isEqualTo(6);
        assertThat(
                store
                    .findByGroup(key, new Store.TimeRange(5001, 5004), new Store.Page(2, 4))
                    .total())
            .isEqualTo(6);
        assertThat(store.heads(Set.of(key))).isEqualTo(Map.of(key, new Store.GroupHead(50, 5025)));
        assertThat(store.findByClientMessageIds(Set.of(new Store.ClientMessageKey("a", "u", "c7"))))
            .hasSize(1);
        assertThat(store.greatestMessageId()).isEqualTo(1050);
        assertThat(store.check()).isTrue();
      }
    }
  }
}
