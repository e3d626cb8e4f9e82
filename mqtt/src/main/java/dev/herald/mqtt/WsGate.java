package dev.herald.mqtt;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.CharsetUtil;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Lets WebSocket handshakes for MQTT pass and answers everything else. A page of a foreign origin
 * is refused: while no credentials are needed, any page a user opens could otherwise talk to the
 * server through the user's browser.
 */
final class WsGate extends ChannelInboundHandlerAdapter {
  /** Where MQTT is served. */
  static final String PATH = "/mqtt";

  private final List<String> originsAllowed;

  WsGate(List<String> originsAllowed) {
    this.originsAllowed = originsAllowed;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object read) {
    if (!(read instanceof FullHttpRequest request)) {
      ctx.fireChannelRead(read);
      return;
    }
    String path = request.uri().split("\\?", 2)[0];
    if (request.decoderResult().isFailure()) {
      refuse(ctx, request, HttpResponseStatus.BAD_REQUEST, "this port speaks MQTT over WebSocket");
    } else if (!path.equals(PATH)) {
      refuse(ctx, request, HttpResponseStatus.NOT_FOUND, "MQTT over WebSocket is at " + PATH);
    } else if (!isUpgrade(request)) {
      refuse(ctx, request, HttpResponseStatus.UPGRADE_REQUIRED, "WebSocket only");
    } else if (!isAllowed(
        request.headers().get(HttpHeaderNames.ORIGIN),
        request.headers().get(HttpHeaderNames.HOST))) {
      refuse(ctx, request, HttpResponseStatus.FORBIDDEN, "pages of this origin may not connect");
    } else {
      ctx.fireChannelRead(request);
    }
  }

  private static boolean isUpgrade(FullHttpRequest request) {
    return request.method().equals(HttpMethod.GET)
        && request
            .headers()
            .containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
  }

  /**
   * Pages of the host the request was sent to, of loopback addresses and of origins listed; clients
   * that are no page.
   */
  private boolean isAllowed(@Nullable String origin, @Nullable String host) {
    if (origin == null || originsAllowed.contains("*") || originsAllowed.contains(origin)) {
      return true;
    }
    String originHost = hostOf(origin);
    return originHost != null
        && (isLoopback(originHost)
            || (host != null && originHost.equals(hostOf("http://" + host))));
  }

  private static boolean isLoopback(String host) {
    return host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.\\d{1,3}){3}");
  }

  private static @Nullable String hostOf(String origin) {
    try {
      String host = new URI(origin).getHost();
      return host == null ? null : host.toLowerCase(Locale.ROOT);
    } catch (URISyntaxException e) {
      return null;
    }
  }

  private static void refuse(
      ChannelHandlerContext ctx, FullHttpRequest request, HttpResponseStatus status, String why) {
    request.release();
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, status, Unpooled.copiedBuffer(why + "\n", CharsetUtil.UTF_8));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
        .setInt(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes())
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    if (status.equals(HttpResponseStatus.UPGRADE_REQUIRED)) {
      response.headers().set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
    }
    var _ = ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }
}
