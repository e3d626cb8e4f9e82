package dev.herald.sql;

import dev.herald.core.metric.Metrics;
import dev.herald.core.relay.RelayStore;
import dev.herald.testkit.RelayStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteRelayStoreTest extends RelayStoreContract {
  @TempDir Path data;

  @Override
  protected RelayStore open() {
    SqliteRelayStore store = new SqliteRelayStore(data, new Metrics());
    store.start();
    return store;
  }
}
