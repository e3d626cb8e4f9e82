package dev.herald.testkit;

import dev.herald.core.store.Store;

class ModelHistoryTest extends HistoryContract {
  private final ModelStore.Place place = new ModelStore.Place();

  @Override
  protected Store open() {
    ModelStore store = new ModelStore(place);
    store.start();
    return store;
  }
}
