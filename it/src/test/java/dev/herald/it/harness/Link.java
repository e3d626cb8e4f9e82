package dev.herald.it.harness;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A piece of network between clients and the server, which can be cut: a listener that passes bytes
 * on in both directions. It remembers what clients sent. Thread-safe.
 */
public final class Link implements AutoCloseable {
  private static final int BUFFER_BYTES = 16 * 1024;

  private final int target;
  private final ServerSocket listener;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

  private Link(int target, ServerSocket listener) {
    this.target = target;
    this.listener = listener;
  }

  /**
   * Opens a link.
   *
   * @param target the port on loopback that bytes go to
   */
  public static Link to(int target) {
    try {
      Link link = new Link(target, new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
      Thread.ofVirtual().name("link").start(link::accept);
      return link;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The port clients connect to. */
  public int port() {
    return listener.getLocalPort();
  }

  /** Cuts every connection, as a network does: neither side says goodbye. New ones are welcome. */
  public void cut() {
    for (Socket socket : sockets) {
      try {
        socket.setSoLinger(true, 0);
      } catch (IOException alreadyClosed) {
        // closed is what it shall be
      }
      close(socket);
    }
  }

  /** Every byte that clients have sent. */
  public byte[] sent() {
    synchronized (sent) {
      return sent.toByteArray();
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        sockets.add(client);
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.add(server);
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        Thread.ofVirtual().name("link-up").start(() -> pass(client, server, true));
        Thread.ofVirtual().name("link-down").start(() -> pass(server, client, false));
      } catch (IOException e) {
        // the server is away or the link closed: the client sees its connection end
        cut();
      }
    }
  }

  private void pass(Socket from, Socket to, boolean up) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (up) {
          synchronized (sent) {
            sent.write(buffer, 0, n);
          }
        }
        out.write(buffer, 0, n);
      }
      to.shutdownOutput();
    } catch (IOException cut) {
      close(from);
      close(to);
    }
    if (from.isOutputShutdown() || to.isInputShutdown()) {
      close(from);
      close(to);
    }
  }

  private void close(Socket socket) {
    sockets.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cut();
  }
}
