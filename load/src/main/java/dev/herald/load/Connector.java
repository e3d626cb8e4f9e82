package dev.herald.load;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Connects many clients, a bounded number at a time. From one loopback address there are too few
 * ports for more than some 28,000 connections, so on loopback every {@value #PER_ADDRESS} clients
 * come from the next address. Owned by the loop.
 */
final class Connector {
  private static final int PER_ADDRESS = 20_000;

  private final Loop loop;
  private final InetAddress broker;
  private final List<? extends Client> clients;
  private final int atOnce;
  private int started;
  private int ready;
  private int until;
  private Runnable then = () -> {};

  /**
   * Makes a connector that has not begun.
   *
   * @param atOnce how many connections are being made at any moment, at most
   */
  Connector(Loop loop, InetAddress broker, List<? extends Client> clients, int atOnce) {
    this.loop = loop;
    this.broker = broker;
    this.clients = clients;
    this.atOnce = atOnce;
  }

  /**
   * Connects until a number of clients are ready, those of earlier calls included, then goes on to
   * something else.
   */
  void connect(int number, Runnable next) {
    until = number;
    then = next;
    while (started < until && started - ready < atOnce) {
      connectNext();
    }
  }

  /** Returns how many clients are ready. */
  int ready() {
    return ready;
  }

  /** To be called by each client when it is ready. */
  void oneReady() {
    ready++;
    if (started < until) {
      connectNext();
    } else if (ready == until) {
      then.run();
    }
  }

  private void connectNext() {
    loop.connect(clients.get(started), localAddress(started));
    started++;
  }

  private @Nullable InetSocketAddress localAddress(int client) {
    byte[] address = broker.getAddress();
    if (clients.size() <= PER_ADDRESS || address.length != 4 || !broker.isLoopbackAddress()) {
      return null;
    }
    address[3] = (byte) (1 + client / PER_ADDRESS);
    try {
      return new InetSocketAddress(InetAddress.getByAddress(address), 0);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }
}
