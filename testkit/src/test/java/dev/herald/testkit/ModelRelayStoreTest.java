package dev.herald.testkit;

import dev.herald.core.relay.RelayStore;

class ModelRelayStoreTest extends RelayStoreContract {
  private final ModelRelayStore.Place place = new ModelRelayStore.Place();

  @Override
  protected RelayStore open() {
    ModelRelayStore store = new ModelRelayStore(place);
    store.start();
    return store;
  }
}
