package dev.herald.core.client;

import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A client that notes what it gets. */
public class FakeClient extends Client {
  final List<String> got = Collections.synchronizedList(new ArrayList<>());

  /** The same, whole. */
  public final List<Message> messages = Collections.synchronizedList(new ArrayList<>());

  volatile boolean ready = true;

  /** How many it takes before it has no more room; on its lane. */
  int room = Integer.MAX_VALUE;

  volatile boolean accepting = true;
  private final String id;
  private final Lane lane;

  /** Makes one that takes whatever it gets. */
  public FakeClient(String id, Lane lane) {
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
  protected boolean hasRoomFor(Message notification) {
    return ready && room > 0;
  }

  @Override
  protected boolean accepts(Message notification) {
    return accepting;
  }

  @Override
  protected void take(Message notification) {
    room--;
    messages.add(notification);
    got.add(new String(notification.payload(), StandardCharsets.UTF_8));
  }
}
