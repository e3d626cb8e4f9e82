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
  private static final int AT_ONCE_MAX = 128;
  private static final int PER_ADDRESS = 20_000;

  private final Loop loop;
  private final InetAddress broker;
  private final List<? extends Client> clients;
  private final Runnable allReady;
  private int started;
  private int ready;

  /** Makes a connector that has not begun. */
  Connector(Loop loop, InetAddress broker, List<? extends Client> clients, Runnable allReady) {
    this.loop = loop;
    this.broker = broker;
    this.clients = clients;
    this.allReady = allReady;
  }

  /** Begins to connect; {@code allReady} is run when all are. */
  void start() {
    while (started < Math.min(AT_ONCE_MAX, clients.size())) {
      connectNext();
    }
  }

  /** To be called by each client when it is ready. */
  void oneReady() {
    ready++;
    if (started < clients.size()) {
      connectNext();
    }
    if (ready == clients.size()) {
      allReady.run();
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
