package dev.herald.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.registry.Registry.Node;
import dev.herald.core.web.Origins;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who may open a WebSocket. */
final class WsGateTest {
  private static final int PASSED = 0;
  private static final String HOST = "localhost:8083";
  private static final Node FAR = new Node("far", "10.1.2.3", "1", 1883, 8099, 8000, 1);

  @Test
  void chat_ofAnotherNode_isThere() {
    EmbeddedChannel channel = new EmbeddedChannel(gate());
    channel.writeInbound(request("/mqtt?app=far&chat=a%2Fb", null, HOST));
    FullHttpResponse response = channel.readOutbound();
    assertThat(response.status().code()).isEqualTo(307);
    assertThat(response.headers().get(HttpHeaderNames.LOCATION))
        .isEqualTo("ws://10.1.2.3:8099/mqtt?app=far&chat=a%2Fb");
    response.release();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void chat_ofThisNodeOrNobody_passes() {
    assertThat(answer(request("/mqtt?app=near&chat=c", null, HOST))).isEqualTo(PASSED);
    assertThat(answer(request("/mqtt?chat=c", null, HOST))).isEqualTo(PASSED);
    assertThat(answer(request("/mqtt?app=far", null, HOST))).isEqualTo(PASSED);
    assertThat(answer(request("/mqtt?app=lost&chat=c", null, HOST))).isEqualTo(PASSED);
    assertThat(answer(request("/mqtt?app=far&chat=%zz", null, HOST))).isEqualTo(400);
    assertThat(answer(request("/mqtt?app=far&chat=c", "http://evil.example", HOST))).isEqualTo(403);
  }

  @Test
  void page_ofThisMachineOrListed_passes() {
    assertThat(answer(request("/mqtt", null, HOST))).isEqualTo(PASSED);
    assertThat(answer(request("/mqtt", "http://127.0.0.1:8000", HOST))).isEqualTo(PASSED);
    assertThat(answer(request("/mqtt", "https://app.example", HOST))).isEqualTo(PASSED);
  }

  @Test
  void page_ofAnotherOrigin_isRefused() {
    assertThat(answer(request("/mqtt", "http://evil.example", HOST))).isEqualTo(403);
  }

  @Test
  void host_thatIsNotThisMachine_isRefused() {
    assertThat(answer(request("/mqtt", "http://evil.example", "evil.example"))).isEqualTo(403);
    assertThat(answer(request("/mqtt", null, "evil.example:8083"))).isEqualTo(403);
  }

  @Test
  void path_isTheOnlyOne() {
    assertThat(answer(request("/mqtt?x=1", null, HOST))).isEqualTo(PASSED);
    assertThat(answer(request("/", null, HOST))).isEqualTo(404);
    assertThat(answer(request("/mqtt/", null, HOST))).isEqualTo(404);
    assertThat(answer(request("/mqttx", null, HOST))).isEqualTo(404);
  }

  @Test
  void plainHttp_isToldToUpgrade() {
    FullHttpRequest plain = request("/mqtt", null, HOST);
    plain.headers().remove(HttpHeaderNames.UPGRADE);
    assertThat(answer(plain)).isEqualTo(426);
    FullHttpRequest post =
        new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/mqtt");
    post.headers().set(HttpHeaderNames.UPGRADE, "websocket");
    assertThat(answer(post)).isEqualTo(426);
  }

  @Test
  void subprotocol_mqttIsOneOfThoseOffered() {
    for (String offered : List.of("mqtt", "mqttv3.1, mqtt", "a,mqtt , b")) {
      FullHttpRequest request = request("/mqtt", null, HOST);
      request.headers().set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, offered);
      assertThat(answer(request)).as(offered).isEqualTo(PASSED);
    }
    FullHttpRequest twoHeaders = request("/mqtt", null, HOST);
    twoHeaders.headers().set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, List.of("a", "mqtt"));
    assertThat(answer(twoHeaders)).isEqualTo(PASSED);
    FullHttpRequest none = request("/mqtt", null, HOST);
    none.headers().remove(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
    assertThat(answer(none)).isEqualTo(400);
    for (String offered : List.of("", "mqttv3.1", "MQTT", "mqttx, x mqtt", "chat")) {
      FullHttpRequest other = request("/mqtt", null, HOST);
      other.headers().set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, offered);
      assertThat(answer(other)).as(offered).isEqualTo(400);
    }
  }

  @Test
  void garbage_isABadRequest() {
    FullHttpRequest broken = request("/mqtt", null, HOST);
    broken.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("broken")));
    assertThat(answer(broken)).isEqualTo(400);
  }

  @Test
  void refusal_closesTheConnection() {
    EmbeddedChannel channel = new EmbeddedChannel(gate());
    channel.writeInbound(request("/x", null, HOST));
    FullHttpResponse response = channel.readOutbound();
    assertThat(response.headers().get(HttpHeaderNames.CONNECTION)).isEqualTo("close");
    assertThat(response.headers().getInt(HttpHeaderNames.CONTENT_LENGTH))
        .isEqualTo(response.content().readableBytes());
    response.release();
    assertThat(channel.isOpen()).isFalse();
  }

  private static WsGate gate() {
    // of the app "far" every chat is at another node, of the app "lost" nobody can tell
    return new WsGate(
        new Origins(List.of("https://app.example"), false),
        chat ->
            switch (chat.appId()) {
              case "far" -> CompletableFuture.completedFuture(Optional.of(FAR));
              case "lost" -> CompletableFuture.failedFuture(new IllegalStateException("a test"));
              default -> CompletableFuture.completedFuture(Optional.empty());
            });
  }

  private static FullHttpRequest request(
      String uri, @Nullable String origin, @Nullable String host) {
    FullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, uri);
    request.headers().set(HttpHeaderNames.UPGRADE, "WebSocket");
    request.headers().set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, "mqtt");
    if (origin != null) {
      request.headers().set(HttpHeaderNames.ORIGIN, origin);
    }
    if (host != null) {
      request.headers().set(HttpHeaderNames.HOST, host);
    }
    return request;
  }

  /** Returns the status of the refusal, or {@link #PASSED}. */
  private static int answer(FullHttpRequest request) {
    EmbeddedChannel channel = new EmbeddedChannel(gate());
    channel.writeInbound(request);
    FullHttpResponse response = channel.readOutbound();
    try {
      if (response == null) {
        FullHttpRequest passed = channel.readInbound();
        assertThat(passed).isSameAs(request);
        passed.release();
        return PASSED;
      }
      return response.status().code();
    } finally {
      if (response != null) {
        response.release();
      }
      channel.finishAndReleaseAll();
    }
  }
}
