package dev.herald.sql;

import dev.herald.core.metric.Metrics;
import dev.herald.core.store.Store;
import dev.herald.testkit.StorePruningContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqlitePruningTest extends StorePruningContract {
  @TempDir Path data;

  @Override
  protected Store open() {
    SqliteStore store = new SqliteStore(data, Stores.SETTINGS, new Metrics());
    store.start();
    return store;
  }
}
