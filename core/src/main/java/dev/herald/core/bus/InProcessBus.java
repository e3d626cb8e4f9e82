package dev.herald.core.bus;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** The bus of a single node: hands each message over on the publisher's thread. */
public final class InProcessBus implements Bus {
  private static final Logger LOG = System.getLogger(InProcessBus.class.getName());

  private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();
  private volatile boolean closed;

  @Override
  public void publish(BusMessage message) {
    if (closed) {
      throw new HeraldException(ErrorCode.SHUTTING_DOWN, "the bus is closed");
    }
    for (Subscription subscription : subscriptions) {
      subscription.offer(message);
    }
  }

  @Override
  public Registration subscribe(Consumer<BusMessage> subscriber) {
    Subscription subscription = new Subscription(subscriber);
    subscriptions.add(subscription);
    return subscription;
  }

  @Override
  public void close() {
    closed = true;
    subscriptions.clear();
  }

  private final class Subscription implements Registration {
    private final Consumer<BusMessage> subscriber;

    Subscription(Consumer<BusMessage> subscriber) {
      this.subscriber = subscriber;
    }

    void offer(BusMessage message) {
      try {
        subscriber.accept(message);
      } catch (RuntimeException failure) {
        LOG.log(Level.ERROR, "bus.subscriber_failed app=" + message.appId(), failure);
      }
    }

    @Override
    public void close() {
      subscriptions.remove(this);
    }
  }
}
