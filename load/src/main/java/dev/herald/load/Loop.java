package dev.herald.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one event loop of a run: everything the run keeps is touched on it only. After it has read
 * from all connections that had something, it does what was put off until then: it lets the flows
 * send, then flushes the clients that wrote.
 */
final class Loop implements AutoCloseable {
  private static final int CONNECT_TIMEOUT_MS = 10_000;

  private final EventLoopGroup group;
  private final EventLoop loop;
  private final Bootstrap bootstrap;
  private final List<Runnable> pumps = new ArrayList<>();
  private final List<Client> written = new ArrayList<>();
  private final Runnable afterReading = this::afterReading;
  private boolean scheduled;

  /** Starts the thread; it connects to one broker. */
  Loop(InetSocketAddress broker) {
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
    ChannelFuture connecting =
        bootstrap
            .clone()
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    channel.pipeline().addLast(client);
                  }
                })
            .localAddress(local)
            .connect();
    connecting.addListener(done -> {
      if (done.cause() != null) {
        client.connectFailed(done.cause());
      }
    });
  }

  ByteBufAllocator allocator() {
    return ByteBufAllocator.DEFAULT;
  }

  /** Runs a flow's pump once the loop has read from all; on the loop. */
  void pumpLater(Runnable pump) {
    pumps.add(pump);
    scheduleOnce();
  }

  /** Flushes a client once the loop has read from all; on the loop. */
  void flushLater(Client client) {
    written.add(client);
    scheduleOnce();
  }

  private void scheduleOnce() {
    if (!scheduled) {
      scheduled = true;
      loop.execute(afterReading);
    }
  }

  private void afterReading() {
    for (int i = 0; i < pumps.size(); i++) {
      pumps.get(i).run();
    }
    pumps.clear();
    for (int i = 0; i < written.size(); i++) {
      written.get(i).flush();
    }
    written.clear();
    scheduled = false;
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
