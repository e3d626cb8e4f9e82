package dev.herald.mqtt;

import dev.herald.core.registry.Registry.ChatKey;
import dev.herald.core.registry.Registry.Node;
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
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.CharsetUtil;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lets WebSocket handshakes for MQTT pass and answers everything else. A page of a foreign origin
 * is refused: while no credentials are needed, any page a user opens could otherwise talk to the
 * server through the user's browser. A client that names the chat it comes for ({@code
 * /mqtt?app=...&chat=...}) is sent to the node that owns it (307); a chat that nobody owns yet is
 * anybody's.
 */
final class WsGate extends ChannelInboundHandlerAdapter {
  /** Where MQTT is served. */
  static final String PATH = "/mqtt";

  /** The subprotocol a client must offer [MQTT-6.0.0-3] and is told [MQTT-6.0.0-4]. */
  static final String SUBPROTOCOL = "mqtt";

  private final Origins origins;
  private final Function<ChatKey, CompletionStage<Optional<Node>>> elsewhere;

  /**
   * Makes a gate.
   *
   * @param origins which pages may connect
   * @param elsewhere says which other node owns a chat
   */
  WsGate(Origins origins, Function<ChatKey, CompletionStage<Optional<Node>>> elsewhere) {
    this.origins = origins;
    this.elsewhere = elsewhere;
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
      route(ctx, request);
    }
  }

  // ---- to the owner of a chat

  private void route(ChannelHandlerContext ctx, FullHttpRequest request) {
    ChatKey chat;
    try {
      chat = chatOf(request.uri());
    } catch (IllegalArgumentException malformed) {
      refuse(ctx, request, HttpResponseStatus.BAD_REQUEST, "the query cannot be read");
      return;
    }
    if (chat == null) {
      ctx.fireChannelRead(request);
      return;
    }
    var _ =
        elsewhere
            .apply(chat)
            .whenComplete((owner, failure) -> {
              // who cannot be told where to go is relayed
              Node node = failure == null ? owner.orElse(null) : null;
              if (ctx.executor().inEventLoop()) {
                pass(ctx, request, node);
              } else {
                ctx.executor().execute(() -> pass(ctx, request, node));
              }
            });
  }

  private static @Nullable ChatKey chatOf(String uri) {
    if (uri.indexOf('?') < 0) {
      return null;
    }
    Map<String, List<String>> parameters = new QueryStringDecoder(uri).parameters();
    List<String> chat = parameters.get("chat");
    List<String> app = parameters.getOrDefault("app", List.of(Identity.DEFAULT_APP));
    return chat == null ? null : new ChatKey(app.getFirst(), chat.getFirst());
  }

  private static void pass(
      ChannelHandlerContext ctx, FullHttpRequest request, @Nullable Node owner) {
    if (owner == null || owner.wsPort() == 0) {
      ctx.fireChannelRead(request);
    } else {
      String location = "ws://" + owner.host() + ':' + owner.wsPort() + request.uri();
      answer(ctx, request, HttpResponseStatus.TEMPORARY_REDIRECT, "the chat is there", location);
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
    answer(ctx, request, status, why, null);
  }

  private static void answer(
      ChannelHandlerContext ctx,
      FullHttpRequest request,
      HttpResponseStatus status,
      String why,
      @Nullable String location) {
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
    if (location != null) {
      response.headers().set(HttpHeaderNames.LOCATION, location);
    }
    var _ = ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }
}
