package dev.herald.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one event loop of a run: everything the run keeps is touched on it only.
 *
 * <p>Clients write each packet by itself. Only where packets are to be coalesced are they gathered,
 * and sent once the loop has read from all connections that had something.
 */
final class Loop implements AutoCloseable {
  private static final int CONNECT_TIMEOUT_MS = 10_000;

  /** Room for every packet that is not a message: client ids, logins and filters are short. */
  private static final int SCRATCH_BYTES = 4096;

  private final EventLoopGroup group;
  private final EventLoop loop;
  private final Bootstrap bootstrap;
  private final boolean coalesced;
  private final ByteBuf scratch = Unpooled.directBuffer(SCRATCH_BYTES);
  private final List<Client> written = new ArrayList<>();
  private final Runnable flushWritten = this::flushWritten;
  private boolean scheduled;

  /**
   * Starts the thread; it connects to one broker.
   *
   * @param coalesced whether what a client has to send at a moment goes out in one write
   */
  Loop(InetSocketAddress broker, boolean coalesced) {
    this.coalesced = coalesced;
    IoHandlerFactory io =
        Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("herald-load", true), io);
    loop = group.next();
    bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
            .remoteAddress(broker);
  }

  /** Runs something on the loop. From any thread. */
  void execute(Runnable task) {
    loop.execute(task);
  }

  /** Runs something on the loop after a time. From any thread. */
  void schedule(long delayNs, Runnable task) {
    var _ = loop.schedule(task, delayNs, TimeUnit.NANOSECONDS);
  }

  /**
   * Connects a client, which is told how it went.
   *
   * @param local the address to connect from, or null for the usual one
   */
  void connect(Client client, @Nullable InetSocketAddress local) {
    client.beginning();
    var _ =
        bootstrap
            .clone()
            .handler(client)
            .localAddress(local)
            .connect()
            .addListener(done -> {
              if (done.cause() != null) {
                client.connectFailed(done.cause());
              }
            });
  }

  /** Returns whether packets are coalesced. */
  boolean isCoalesced() {
    return coalesced;
  }

  /** Returns an empty direct buffer to make a small packet in, used until the next call. */
  ByteBuf scratch() {
    return scratch.clear();
  }

  ByteBufAllocator allocator() {
    return ByteBufAllocator.DEFAULT;
  }

  /** Flushes a client once the loop has read from all; on the loop. */
  void flushLater(Client client) {
    written.add(client);
    if (!scheduled) {
      scheduled = true;
      loop.execute(flushWritten);
    }
  }

  private void flushWritten() {
    scheduled = false;
    for (int i = 0; i < written.size(); i++) {
      written.get(i).flush();
    }
    written.clear();
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    scratch.release();
  }
}
