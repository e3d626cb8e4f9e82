package dev.herald.testkit;

import dev.herald.core.store.Store;

class ModelStorePruningTest extends StorePruningContract {
  private final ModelStore.Place place = new ModelStore.Place();

  @Override
  protected Store open() {
    ModelStore store = new ModelStore(place);
    store.start();
    return store;
  }
}
