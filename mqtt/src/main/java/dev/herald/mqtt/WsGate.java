package dev.herald.mqtt;

import dev.herald.core.web.Origins;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.CharsetUtil;

/**
 * Lets WebSocket handshakes for MQTT pass and answers everything else. A page of a foreign origin
 * is refused: while no credentials are needed, any page a user opens could otherwise talk to the
 * server through the user's browser.
 */
final class WsGate extends ChannelInboundHandlerAdapter {
  /** Where MQTT is served. */
  static final String PATH = "/mqtt";

  /** The subprotocol a client must offer [MQTT-6.0.0-3] and is told [MQTT-6.0.0-4]. */
  static final String SUBPROTOCOL = "mqtt";

  private final Origins origins;

  WsGate(Origins origins) {
    this.origins = origins;
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
    } else if (!isAdmitted(request.headers())) {
      refuse(ctx, request, HttpResponseStatus.FORBIDDEN, "pages of this origin may not connect");
    } else if (!offersMqtt(request.headers())) {
      refuse(ctx, request, HttpResponseStatus.BAD_REQUEST, "the subprotocol must be mqtt");
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

  private static boolean offersMqtt(HttpHeaders headers) {
    return headers.containsValue(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL, false);
  }

  private boolean isAdmitted(HttpHeaders headers) {
    String host = headers.get(HttpHeaderNames.HOST);
    return origins.admitsHost(host) && origins.admits(headers.get(HttpHeaderNames.ORIGIN), host);
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
