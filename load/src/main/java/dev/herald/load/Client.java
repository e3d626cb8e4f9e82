package dev.herald.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One MQTT connection of the load tool. Owned by its event loop.
 *
 * <p>What it sends is gathered in one buffer, which {@link #flush} hands to the channel; the loop
 * flushes every client that wrote once it has read from all.
 */
abstract class Client extends ChannelInboundHandlerAdapter implements PacketScanner.Sink {
  private static final int BUFFER_BYTES = 4096;

  private final Loop loop;
  private final Login login;
  private final String filter;
  private final int qos;
  private final PacketScanner scanner;
  private @Nullable Channel channel;
  private @Nullable ByteBuf out;
  private @Nullable ByteBuf rest;
  private boolean ready;
  private boolean closing;
  private int receiveMaximum;
  private long readAtNs;

  /**
   * Makes a client that is not connected.
   *
   * @param filter what it subscribes to, empty for nothing
   * @param qos of the subscription
   */
  Client(Loop loop, Login login, String filter, int qos) {
    this.loop = loop;
    this.login = login;
    this.filter = filter;
    this.qos = qos;
    this.scanner = new PacketScanner(login.protocol(), this);
  }

  /** It is about to be connected. */
  void beginning() {}

  /** Connected, and subscribed if it wants to be. */
  abstract void ready();

  /** It was refused, or lost its connection before it closed it. Called once. */
  abstract void failed(String reason);

  /** Returns the loop that owns it. */
  final Loop loop() {
    return loop;
  }

  /** Returns how many messages at QoS 1 the broker takes unacknowledged. */
  final int receiveMaximum() {
    return receiveMaximum;
  }

  /** Returns when the bytes at hand were read, nanoseconds of this process's clock. */
  final long readAtNs() {
    return readAtNs;
  }

  /** Returns the buffer to write packets to; it is sent when the loop has read from all. */
  final ByteBuf out() {
    ByteBuf present = out;
    if (present == null) {
      present = loop.allocator().directBuffer(BUFFER_BYTES);
      out = present;
      loop.flushLater(this);
    }
    return present;
  }

  /** Sends what was written. */
  final void flush() {
    ByteBuf written = out;
    out = null;
    if (written == null) {
      return;
    }
    if (channel != null && channel.isActive()) {
      var _ = channel.writeAndFlush(written, channel.voidPromise());
    } else {
      written.release();
    }
  }

  /** Ends the connection in order. */
  final void close() {
    closing = true;
    if (channel != null) {
      if (ready) {
        Packets.disconnect(out());
        flush();
      }
      var _ = channel.close();
    }
  }

  /** The connection could not be made. */
  final void connectFailed(Throwable cause) {
    fail("cannot connect: " + cause.getMessage());
  }

  @Override
  public final void channelActive(ChannelHandlerContext ctx) {
    channel = ctx.channel();
    Packets.connect(out(), login.protocol(), login.clientId(), login.username(), login.password());
  }

  @Override
  public final void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    readAtNs = System.nanoTime();
    if (rest != null) {
      rest.writeBytes(in);
      in.release();
      in = rest;
      rest = null;
    }
    try {
      scanner.scan(in);
      if (in.isReadable()) {
        rest = ctx.alloc().buffer(in.readableBytes() + BUFFER_BYTES).writeBytes(in);
      }
    } finally {
      in.release();
    }
  }

  @Override
  public final void channelInactive(ChannelHandlerContext ctx) {
    if (rest != null) {
      rest.release();
      rest = null;
    }
    fail("the broker closed the connection");
  }

  @Override
  public final void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(cause.toString());
    var _ = ctx.close();
  }

  @Override
  public final void connack(int reason, int brokerReceiveMaximum) {
    receiveMaximum = brokerReceiveMaximum;
    if (reason != 0) {
      fail("CONNACK refused with reason " + hex(reason));
    } else if (filter.isEmpty()) {
      becomeReady();
    } else {
      Packets.subscribe(out(), login.protocol(), filter, qos);
    }
  }

  @Override
  public final void suback(int reason) {
    if (reason == qos) {
      becomeReady();
    } else {
      fail("SUBACK answered " + hex(reason) + " to QoS " + qos);
    }
  }

  @Override
  public final void disconnect(int reason) {
    fail("the broker sent DISCONNECT with reason " + hex(reason));
  }

  @Override
  public void puback(int packetId, int reason) {}

  @Override
  public void message(ByteBuf in, int payloadAt, int payloadBytes, int packetId) {}

  private void becomeReady() {
    ready = true;
    ready();
  }

  private void fail(String reason) {
    if (!closing) {
      closing = true;
      failed(login.clientId() + ": " + reason);
    }
  }

  private static String hex(int reason) {
    return String.format(Locale.ROOT, "0x%02X", reason);
  }

  /**
   * How a client introduces itself.
   *
   * @param username or null for none
   * @param password or null for none
   */
  record Login(
      Protocol protocol, String clientId, @Nullable String username, @Nullable String password) {}
}
