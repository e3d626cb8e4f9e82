package dev.herald.http;

import dev.herald.core.app.App;
import dev.herald.core.consumer.Allowance;
import dev.herald.core.consumer.Consumer;
import dev.herald.core.consumer.Delivery;
import dev.herald.core.consumer.SharedFilter;
import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A member of a consumer group that acknowledges what it gets, or refuses it. */
final class FewConsumers implements Consumer {
  final Queue<Message> got = new ConcurrentLinkedQueue<>();
  private final Lane lane;
  private volatile boolean refuses;

  private FewConsumers(Lane lane) {
    this.lane = lane;
  }

  /** Joins the group of a filter. */
  static FewConsumers join(EdgeFixture edge, String appId, String filter) {
    FewConsumers consumer = new FewConsumers(edge.lane);
    App app = edge.apps.get(appId);
    CompletableFuture.runAsync(
            () -> {
              Allowance allowance = new Allowance(10, 1 << 20);
              app.consumers().join(SharedFilter.of(filter), consumer, allowance).ready();
            },
            edge.lane::execute)
        .join();
    return consumer;
  }

  /** Refuses from now on. */
  void refuse() {
    refuses = true;
  }

  @Override
  public String clientId() {
    return "<b>c</b>";
  }

  @Override
  public Lane lane() {
    return lane;
  }

  @Override
  public void take(Message message) {
    got.add(message);
  }

  @Override
  public void take(Delivery delivery) {
    got.add(delivery.message());
    if (refuses) {
      delivery.refused();
    } else {
      delivery.acknowledged();
    }
  }

  @Override
  public void handedOver() {
    // it keeps nothing
  }
}
