package dev.herald.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A gateway as an application has it, on the JDK's WebSocket. */
final class GatewayClient implements WebSocket.Listener, AutoCloseable {
  private static final long WAIT_SECONDS = 10;

  final CompletableFuture<String> closed = new CompletableFuture<>();
  final BlockingQueue<String> frames = new LinkedBlockingQueue<>();
  final BlockingQueue<String> pongs = new LinkedBlockingQueue<>();
  private final StringBuilder text = new StringBuilder();
  private @Nullable WebSocket socket;

  static GatewayClient connect(EdgeFixture edge, String path, String... headers) {
    return connect(edge.client, edge.uri("/chat/message/broadcast/" + path), headers);
  }

  static GatewayClient connect(HttpClient http, URI uri, String... headers) {
    GatewayClient client = new GatewayClient();
    WebSocket.Builder builder = http.newWebSocketBuilder();
    for (int i = 0; i < headers.length; i += 2) {
      builder.header(headers[i], headers[i + 1]);
    }
    builder.connectTimeout(Duration.ofSeconds(WAIT_SECONDS));
    client.socket =
        builder.buildAsync(URI.create("ws" + uri.toString().substring(4)), client).join();
    return client;
  }

  /** Connects and takes the frame that says so. */
  static GatewayClient open(EdgeFixture edge, String path) throws InterruptedException {
    GatewayClient client = connect(edge, path);
    assertThat(client.next())
        .isEqualTo(
            "{\"success\":true,\"code\":2000,\"message\":\"success\","
                + "\"data\":\"connection successful\"}");
    return client;
  }

  WebSocket socket() {
    if (socket == null) {
      throw new IllegalStateException("not connected");
    }
    return socket;
  }

  void send(String frame) {
    socket().sendText(frame, true).join();
  }

  /** Returns the next frame; fails when none comes. */
  String next() throws InterruptedException {
    String frame = frames.poll(WAIT_SECONDS, TimeUnit.SECONDS);
    assertThat(frame).as("a frame").isNotNull();
    return java.util.Objects.requireNonNull(frame);
  }

  /** Returns status and reason of the close frame; fails when none comes. */
  String closed() {
    return closed.orTimeout(WAIT_SECONDS, TimeUnit.SECONDS).join();
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    text.append(data);
    if (last) {
      frames.add(text.toString());
      text.setLength(0);
    }
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onPong(WebSocket from, ByteBuffer message) {
    pongs.add(java.nio.charset.StandardCharsets.UTF_8.decode(message).toString());
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
    closed.complete((status + " " + reason).strip());
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable failure) {
    closed.completeExceptionally(failure);
  }

  @Override
  public void close() {
    socket().abort();
  }
}
