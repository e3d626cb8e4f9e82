package dev.herald.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelId;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.atomic.LongAdder;

/**
 * A channel without a socket, as small as Netty lets a channel be: what is written to it is counted
 * and thrown away, and nothing is ever read but what a test fires. All share one id and one
 * address, so they must not be told apart by those.
 */
final class SimulatedChannel extends AbstractChannel {
  private static final ChannelMetadata METADATA = new ChannelMetadata(false);
  private static final ChannelId ID = DefaultChannelId.newInstance();
  private static final SocketAddress ADDRESS = InetSocketAddress.createUnresolved("simulated", 1);

  private final ChannelConfig config = new DefaultChannelConfig(this);
  private final Sink sink;
  private boolean open = true;

  /** Makes an open channel that is not registered. */
  SimulatedChannel(Sink sink) {
    super(null, ID);
    this.sink = sink;
  }

  /** Counts the bytes that the channels of one loop were to send. */
  static final class Sink {
    final LongAdder bytes = new LongAdder();
    private long awaited = Long.MAX_VALUE;
    private Runnable then = () -> {};

    /** Runs something once so many bytes in all were written. On the loop. */
    void await(long total, Runnable task) {
      awaited = total;
      then = task;
    }

    private void took(long count) {
      bytes.add(count);
      if (awaited != Long.MAX_VALUE && bytes.sum() >= awaited) {
        awaited = Long.MAX_VALUE;
        then.run();
      }
    }
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer buffer) {
    long count = 0;
    for (Object each = buffer.current(); each != null; each = buffer.current()) {
      count += ((ByteBuf) each).readableBytes();
      buffer.remove();
    }
    sink.took(count);
  }

  @Override
  protected AbstractUnsafe newUnsafe() {
    return new Unsafe();
  }

  /** Connects nowhere. */
  private final class Unsafe extends AbstractUnsafe {
    @Override
    public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
      promise.setFailure(new UnsupportedOperationException("it has no socket"));
    }
  }

  @Override
  protected boolean isCompatible(EventLoop loop) {
    return true;
  }

  @Override
  protected SocketAddress localAddress0() {
    return ADDRESS;
  }

  @Override
  protected SocketAddress remoteAddress0() {
    return ADDRESS;
  }

  @Override
  protected void doBind(SocketAddress address) {
    throw new UnsupportedOperationException("it has no socket");
  }

  @Override
  protected void doDisconnect() {
    open = false;
  }

  @Override
  protected void doClose() {
    open = false;
  }

  @Override
  protected void doBeginRead() {
    // nothing comes by itself
  }

  @Override
  public ChannelConfig config() {
    return config;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public boolean isActive() {
    return open;
  }

  @Override
  public ChannelMetadata metadata() {
    return METADATA;
  }
}
