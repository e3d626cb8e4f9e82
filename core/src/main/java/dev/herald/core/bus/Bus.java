package dev.herald.core.bus;

import java.util.function.Consumer;

/**
 * Carries what one node shows to all nodes, itself included.
 *
 * <p>Each subscriber gets every message published after it subscribed, once, and in the order of
 * one publishing thread. The bus keeps nothing: who was not subscribed reads history instead.
 * Thread-safe.
 */
public interface Bus extends AutoCloseable {
  /**
   * Publishes to every subscriber of every node. Does not wait for them.
   *
   * @throws dev.herald.core.error.HeraldException SHUTTING_DOWN once the bus is closed
   */
  void publish(BusMessage message);

  /**
   * Subscribes until the returned registration is closed.
   *
   * @param subscriber called on a thread of the bus or of the publisher; must not block. What it
   *     throws is logged and harms no other subscriber
   * @return ends the subscription when closed; closing twice does nothing
   */
  Registration subscribe(Consumer<BusMessage> subscriber);

  @Override
  void close();

  /** A subscription that ends when closed. */
  interface Registration extends AutoCloseable {
    @Override
    void close();
  }
}
