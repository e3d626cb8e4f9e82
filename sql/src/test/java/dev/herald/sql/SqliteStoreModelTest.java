package dev.herald.sql;

import dev.herald.core.metric.Metrics;
import dev.herald.core.store.Store;
import dev.herald.testkit.StoreModelContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import net.jqwik.api.lifecycle.AfterContainer;
import org.jspecify.annotations.Nullable;

class SqliteStoreModelTest extends StoreModelContract {
  private static final List<Path> PLACES = new CopyOnWriteArrayList<>();

  private @Nullable Path data;

  @Override
  protected void reset() {
    try {
      data = Files.createTempDirectory("herald-store");
      PLACES.add(data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected Store open() {
    SqliteStore store =
        new SqliteStore(Objects.requireNonNull(data), Stores.SETTINGS, new Metrics());
    store.start();
    return store;
  }

  @AfterContainer
  static void deletePlaces() throws IOException {
    for (Path place : PLACES) {
      Stores.delete(place);
    }
    PLACES.clear();
  }
}
