package dev.herald.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may open a WebSocket. */
final class WsGateTest {
  private static final int PASSED = 0;

  @ParameterizedTest
  @CsvSource({
    // pages of the host the request goes to
    "http://example.org, example.org:8083, 0",
    "https://EXAMPLE.org:8443, example.org, 0",
    // pages of this machine
    "http://localhost:8000, herald:8083, 0",
    "http://127.0.0.1:8000, herald:8083, 0",
    "http://127.8.9.10, herald:8083, 0",
    "http://[::1]:8000, herald:8083, 0",
    // foreign pages
    "http://evil.example, localhost:8083, 403",
    "http://example.org.evil.example, example.org, 403",
    "http://localhost.evil.example, localhost, 403",
    "http://127.0.0.1.evil.example, 127.0.0.1, 403",
    "http://127.0.0.1@evil.example, 127.0.0.1, 403",
    "null, localhost:8083, 403",
    "file://, localhost:8083, 403",
    "'', localhost:8083, 403",
    "%%%, localhost:8083, 403"
  })
  void origin_isThatOfThisHostOrLoopback(String origin, String host, int status) {
    assertThat(answer(List.of(), request("/mqtt", origin, host))).isEqualTo(status);
  }

  @Test
  void origin_listedIsAllowed() {
    List<String> allowed = List.of("https://app.example");
    assertThat(answer(allowed, request("/mqtt", "https://app.example", "h"))).isEqualTo(PASSED);
    assertThat(answer(allowed, request("/mqtt", "http://app.example", "h"))).isEqualTo(403);
    assertThat(answer(allowed, request("/mqtt", "https://app.example:444", "h"))).isEqualTo(403);
    assertThat(answer(List.of("*"), request("/mqtt", "http://evil.example", "h")))
        .isEqualTo(PASSED);
  }

  @Test
  void origin_absentIsNoPage() {
    assertThat(answer(List.of(), request("/mqtt", null, "h"))).isEqualTo(PASSED);
    assertThat(answer(List.of(), request("/mqtt", null, null))).isEqualTo(PASSED);
    assertThat(answer(List.of(), request("/mqtt", "http://example.org", null))).isEqualTo(403);
  }

  @Test
  void path_isTheOnlyOne() {
    assertThat(answer(List.of(), request("/mqtt?x=1", null, "h"))).isEqualTo(PASSED);
    assertThat(answer(List.of(), request("/", null, "h"))).isEqualTo(404);
    assertThat(answer(List.of(), request("/mqtt/", null, "h"))).isEqualTo(404);
    assertThat(answer(List.of(), request("/mqttx", null, "h"))).isEqualTo(404);
  }

  @Test
  void plainHttp_isToldToUpgrade() {
    FullHttpRequest plain = request("/mqtt", null, "h");
    plain.headers().remove(HttpHeaderNames.UPGRADE);
    assertThat(answer(List.of(), plain)).isEqualTo(426);
    FullHttpRequest post =
        new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/mqtt");
    post.headers().set(HttpHeaderNames.UPGRADE, "websocket");
    assertThat(answer(List.of(), post)).isEqualTo(426);
  }

  @Test
  void garbage_isABadRequest() {
    FullHttpRequest broken = request("/mqtt", null, "h");
    broken.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("broken")));
    assertThat(answer(List.of(), broken)).isEqualTo(400);
  }

  @Test
  void refusal_closesTheConnection() {
    EmbeddedChannel channel = new EmbeddedChannel(new WsGate(List.of()));
    channel.writeInbound(request("/x", null, "h"));
    FullHttpResponse response = channel.readOutbound();
    assertThat(response.headers().get(HttpHeaderNames.CONNECTION)).isEqualTo("close");
    assertThat(response.headers().getInt(HttpHeaderNames.CONTENT_LENGTH))
        .isEqualTo(response.content().readableBytes());
    response.release();
    assertThat(channel.isOpen()).isFalse();
  }

  private static FullHttpRequest request(
      String uri, @Nullable String origin, @Nullable String host) {
    FullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, uri);
    request.headers().set(HttpHeaderNames.UPGRADE, "WebSocket");
    if (origin != null) {
      request.headers().set(HttpHeaderNames.ORIGIN, origin);
    }
    if (host != null) {
      request.headers().set(HttpHeaderNames.HOST, host);
    }
    return request;
  }

  /** Returns the status of the refusal, or {@link #PASSED}. */
  private static int answer(List<String> allowed, FullHttpRequest request) {
    EmbeddedChannel channel = new EmbeddedChannel(new WsGate(allowed));
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
