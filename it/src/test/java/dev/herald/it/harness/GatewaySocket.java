package dev.herald.it.harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A gateway of an application, by the JDK's WebSocket client. Thread-safe. */
public final class GatewaySocket implements AutoCloseable, WebSocket.Listener {
  private static final int WAIT_SECONDS_MAX = 20;

  private final HttpClient http = HttpClient.newHttpClient();
  private final BlockingQueue<Optional<String>> frames = new LinkedBlockingQueue<>();
  private final CompletableFuture<Closed> closed = new CompletableFuture<>();
  private final StringBuilder part = new StringBuilder();
  private final WebSocket socket;

  /**
   * How the connection ended.
   *
   * @param status the status of the close frame, 1006 if there was none
   * @param reason its reason
   */
  public record Closed(int status, String reason) {}

  private GatewaySocket(URI address) {
    this.socket = http.newWebSocketBuilder().buildAsync(address, this).join();
  }

  /**
   * Connects, and reads the greeting.
   *
   * @param name the gateway's id, percent-encoded, and more if need be: {@code g1?after=group:7}
   */
  public static GatewaySocket connect(HeraldProcess server, String app, String name) {
    GatewaySocket gateway = open(server, app, name);
    JsonNode greeting = gateway.next();
    if (greeting.path("code").asInt() != 2000) {
      gateway.close();
      throw new AssertionError("the gateway was greeted with " + greeting);
    }
    return gateway;
  }

  /** Connects, and reads nothing. */
  public static GatewaySocket open(HeraldProcess server, String app, String name) {
    String path = "/chat/message/broadcast/" + app + "/" + name;
    return new GatewaySocket(URI.create("ws://127.0.0.1:" + server.ports().http() + path));
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
    part.append(text);
    if (last) {
      frames.add(Optional.of(part.toString()));
      part.setLength(0);
    }
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
    end(new Closed(status, reason));
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    end(new Closed(1006, String.valueOf(error)));
  }

  private void end(Closed how) {
    closed.complete(how);
    frames.add(Optional.empty());
  }

  /** Sends a text frame. */
  public void send(String text) {
    socket.sendText(text, true).join();
  }

  /**
   * The next frame.
   *
   * @throws AssertionError if none comes in time
   */
  public JsonNode next() {
    try {
      Optional<String> frame = frames.poll(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
      if (frame == null || frame.isEmpty()) {
        throw new AssertionError("no frame; closed: " + closed.getNow(null));
      }
      return GroupApi.json(frame.get());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Waits for the next frame however long it takes; empty when the connection ended. */
  public Optional<String> nextText() {
    try {
      return frames.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** Waits for the end of the connection. */
  public Closed awaitClosed() {
    return closed.orTimeout(WAIT_SECONDS_MAX, TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    socket.abort();
    http.shutdownNow();
    http.close();
  }
}
