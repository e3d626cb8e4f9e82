package dev.herald.core.client;

import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A client that notes what it gets. */
final class FakeClient extends Client {
  final List<String> got = Collections.synchronizedList(new ArrayList<>());
  volatile boolean ready = true;
  private final String id;
  private final Lane lane;

  FakeClient(String id, Lane lane) {
    this.id = id;
    this.lane = lane;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public Lane lane() {
    return lane;
  }

  @Override
  protected boolean isReady() {
    return ready;
  }

  @Override
  protected void take(Message notification) {
    got.add(new String(notification.payload(), StandardCharsets.UTF_8));
  }
}
