package dev.herald.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One MQTT connection of the load tool. Owned by its event loop.
 *
 * <p>It writes each packet by itself, as a client does that knows of no others: straight to the
 * socket where the transport allows that, and through the channel otherwise and while the socket
 * takes no more. Where the loop coalesces, packets are gathered in one buffer, which {@link #flush}
 * hands to the channel.
 */
abstract class Client extends ChannelInboundHandlerAdapter implements PacketScanner.Sink {
  private static final int BUFFER_BYTES = 4096;

  /** How much is gathered at most. */
  private static final int GATHERED_BYTES_MAX = 1 << 20;

  private final Loop loop;
  private final Login login;
  private final String filter;
  private final int qos;
  private final PacketScanner scanner;
  private @Nullable Channel channel;
  private @Nullable FileDescriptor socket;

  /** How many writes the channel has not done yet. */
  private int pendingWrites;

  private @Nullable ByteBuf gathered;
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
    this.scanner = new PacketScanner(login.target().protocol(), this);
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

  /** Returns whether the socket takes no more for now; {@link #drained} tells the end of that. */
  final boolean isBacklogged() {
    return pendingWrites > 0;
  }

  /** The socket took all that waited. */
  void drained() {}

  /**
   * Sends a packet.
   *
   * @param from a direct buffer, which is free again when this returns
   */
  final void send(ByteBuf from, int start, int length) {
    if (loop.isCoalesced()) {
      gather(from, start, length);
    } else if (socket == null || pendingWrites > 0) {
      sendLater(from, start, length);
    } else {
      sendNow(socket, from, start, length);
    }
  }

  /** Sends a packet that was made in the loop's scratch buffer. */
  final void send(ByteBuf scratch) {
    send(scratch, scratch.readerIndex(), scratch.readableBytes());
  }

  private void sendNow(FileDescriptor to, ByteBuf from, int start, int length) {
    try {
      int done = to.writeAddress(from.memoryAddress(), start, start + length);
      if (done < length) {
        sendLater(from, start + done, length - done);
      }
    } catch (IOException broken) {
      // what the broker said before it closed may still be there to be read
      if (channel != null) {
        channel.eventLoop().execute(() -> fail("cannot write: " + broken.getMessage()));
      }
    }
  }

  private void sendLater(ByteBuf from, int start, int length) {
    Channel to = channel;
    if (to == null || !to.isActive()) {
      return;
    }
    pendingWrites++;
    ByteBuf copy = loop.allocator().directBuffer(length).writeBytes(from, start, length);
    var _ =
        to.writeAndFlush(copy)
            .addListener(done -> {
              pendingWrites--;
              if (pendingWrites == 0 && done.isSuccess()) {
                drained();
              }
            });
  }

  private void gather(ByteBuf from, int start, int length) {
    ByteBuf present = gathered;
    if (present == null) {
      present = loop.allocator().directBuffer(BUFFER_BYTES);
      gathered = present;
      loop.flushLater(this);
    }
    present.writeBytes(from, start, length);
    if (present.readableBytes() > GATHERED_BYTES_MAX) {
      flush();
    }
  }

  /** Sends what was gathered. */
  final void flush() {
    ByteBuf written = gathered;
    gathered = null;
    if (written == null) {
      return;
    }
    if (channel != null && channel.isActive()) {
      pendingWrites++;
      var _ =
          channel
              .writeAndFlush(written)
              .addListener(done -> {
                pendingWrites--;
                if (pendingWrites == 0 && done.isSuccess()) {
                  drained();
                }
              });
    } else {
      written.release();
    }
  }

  /** Ends the connection in order. */
  final void close() {
    closing = true;
    if (channel != null) {
      if (ready) {
        ByteBuf packet = loop.scratch();
        Packets.disconnect(packet);
        send(packet);
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
    if (channel instanceof UnixChannel unix) {
      socket = unix.fd();
    }
    ByteBuf packet = loop.scratch();
    Packets.connect(packet, login);
    send(packet);
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
      ByteBuf packet = loop.scratch();
      Packets.subscribe(packet, login.target().protocol(), filter, qos);
      send(packet);
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
  public void pingresp() {}

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
   * @param clientId unique at the broker
   * @param keepAliveSeconds what it announces, 0 to 65,535
   */
  record Login(Target target, String clientId, int keepAliveSeconds) {}
}
