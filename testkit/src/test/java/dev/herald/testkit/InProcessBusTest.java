package dev.herald.testkit;

import dev.herald.core.bus.Bus;
import dev.herald.core.bus.InProcessBus;

class InProcessBusTest extends BusContract {
  @Override
  protected Bus open() {
    return new InProcessBus();
  }
}
