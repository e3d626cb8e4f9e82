package dev.herald.sql;

import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupKey;
import dev.herald.core.metric.Metrics;
import dev.herald.core.store.Scope;
import dev.herald.testkit.GroupEvents;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A generated history: messages of 100 bytes in 10,000 groups by 20,000 users, a second apart. A
 * tenth of all are in one group, a tenth are by one user; the others of a group are by 40 users of
 * its own. A thousand groups talk at a time. The store itself writes it, so the file is as a server
 * would have made it.
 */
final class HistoryFile {
  /** How the store works while one is measured: the defaults of a server. */
  static final StoreSettings SETTINGS =
      new StoreSettings(
          0, 64L << 20, 8L << 20, 256L << 20, 64L << 20, 4L << 30, 4, Duration.ofMillis(1500));

  private static final String APP = "app";

  private static final StoreSettings WRITING =
      new StoreSettings(
          0, 2L << 30, 8L << 20, 256L << 20, 1L << 30, 16L << 30, 1, Duration.ofSeconds(30));
  private static final String CONTENT = "x".repeat(100);
  private static final int GROUPS = 10_000;
  private static final int USERS = 20_000;
  private static final int MEMBERS = 40;
  private static final int TALKING = 1000;

  /** Less than the writer remembers of lists, as those of its batch are not read again. */
  private static final int BATCH = 90_000;

  private HistoryFile() {}

  /** The group that has a tenth of all messages. */
  static final Scope LARGE_GROUP = new Scope(APP, "group0", null);

  /** One of the other groups. */
  static final Scope GROUP = new Scope(APP, "group1", null);

  /** The user by whom a tenth of all messages are, in all groups. */
  static final Scope BUSY_USER = new Scope(APP, null, "user0");

  /** One of the other users. */
  static final Scope USER = new Scope(APP, null, "user14");

  /** The busy user in the large group: a hundredth of all messages. */
  static final Scope MEMBER = new Scope(APP, "group0", "user0");

  /** Writes a history of so many messages to {@code herald.db} in a folder that has none. */
  static void write(Path folder, int messages) {
    SplittableRandom random = new SplittableRandom(7);
    GroupEvents events = new GroupEvents();
    try (SqliteStore store = new SqliteStore(folder, WRITING, new Metrics())) {
      store.start();
      int stored = 0;
      while (stored < messages) {
        List<GroupEvent> batch = new ArrayList<>(BATCH);
        for (int i = Math.min(BATCH, messages - stored); i > 0; i--) {
          int group = random.nextInt(10) == 0 ? 0 : group(stored / BATCH, random);
          batch.add(
              events.nextBy(
                  new GroupKey(APP, "group" + group), "user" + user(group, random), null, CONTENT));
        }
        store.append(batch);
        stored += batch.size();
      }
    }
  }

  private static int group(int batch, SplittableRandom random) {
    return 1 + (int) (((long) batch * TALKING + random.nextInt(TALKING)) % (GROUPS - 1));
  }

  private static int user(int group, SplittableRandom random) {
    if (random.nextInt(10) == 0) {
      return 0;
    }
    int user = group == 0 ? random.nextInt(USERS) : group * 13 + random.nextInt(MEMBERS);
    return 1 + user % (USERS - 1);
  }
}
