package dev.herald.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProtocolException;
import io.netty.util.NetUtil;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads the header by which a proxy names the client it connects for (PROXY protocol, version 1 or
 * 2), and ends a connection that does not begin with one. The header is at most {@link
 * #EXTENSIONS_BYTES_MAX} bytes and a few addresses large; the time for it is part of the time
 * allowed for CONNECT.
 */
final class ProxyHeader extends HAProxyMessageDecoder {
  private static final Logger LOG = System.getLogger(ProxyHeader.class.getName());

  /** The most bytes of extensions that a header of version 2 may have. */
  private static final int EXTENSIONS_BYTES_MAX = 2048;

  private static final byte[] VERSION_1 = "PROXY ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] VERSION_2 = {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10};

  private int seen;
  private boolean canBe1 = true;
  private boolean canBe2 = true;

  ProxyHeader() {
    super(EXTENSIONS_BYTES_MAX, true);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object read) throws Exception {
    ByteBuf in = (ByteBuf) read;
    for (int i = in.readerIndex(); i < in.writerIndex() && seen < VERSION_2.length; i++, seen++) {
      canBe1 &= seen >= VERSION_1.length || in.getByte(i) == VERSION_1[seen];
      canBe2 &= in.getByte(i) == VERSION_2[seen];
    }
    if (canBe1 || canBe2) {
      super.channelRead(ctx, read);
    } else {
      // at once: the decoder would wait for the end of a line
      in.release();
      throw new HAProxyProtocolException("it does not begin with a PROXY header");
    }
  }

  /** Takes the header once it is read, and what goes wrong before. */
  static final class Taker extends SimpleChannelInboundHandler<HAProxyMessage> {
    private final Connection connection;
    private final Counters counters;

    Taker(Connection connection, Counters counters) {
      this.connection = connection;
      this.counters = counters;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HAProxyMessage header) {
      SocketAddress client = client(header);
      if (client != null) {
        connection.comesFrom(client);
      }
      ctx.pipeline().remove(this);
    }

    /** Returns where the client is, or null: the proxy connects for itself, or does not say. */
    private static @Nullable SocketAddress client(HAProxyMessage header) {
      byte[] address =
          header.command() == HAProxyCommand.LOCAL || header.sourceAddress() == null
              ? null
              : NetUtil.createByteArrayFromIpAddressString(header.sourceAddress());
      try {
        return address == null
            ? null
            : new InetSocketAddress(InetAddress.getByAddress(address), header.sourcePort());
      } catch (java.net.UnknownHostException e) {
        return null;
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
      if (cause instanceof DecoderException) {
        counters.proxyHeadersRefused.increment();
        LOG.log(
            Level.DEBUG,
            () -> "mqtt.proxy_header_refused " + connection + " " + cause.getMessage());
        var _ = ctx.close();
      } else {
        super.exceptionCaught(ctx, cause);
      }
    }
  }
}
