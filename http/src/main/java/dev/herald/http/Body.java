package dev.herald.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletableFuture;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Reads the body of a request up to a limit. Of a longer one the rest is read and dropped, so that
 * the client, which sends before it listens, sees the answer; {@link #DROPPED_BYTES_MAX} later the
 * connection is broken. Owned by the request's event loop.
 */
final class Body implements Subscriber<HttpObject> {
  /** How many bytes beyond the limit are read and dropped. */
  static final int DROPPED_BYTES_MAX = 8 << 20;

  private final int bytesMax;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
  private boolean tooLong;

  private Body(int bytesMax) {
    this.bytesMax = bytesMax;
  }

  /**
   * Reads a request's body. From the request's event loop.
   *
   * @param bytesMax how many bytes it may have
   * @return completes with the body, with a {@link HeraldException} PAYLOAD_TOO_LARGE, or with what
   *     broke the connection
   */
  static CompletableFuture<byte[]> read(HttpRequest request, int bytesMax) {
    Body body = new Body(bytesMax);
    request.subscribe(body);
    return body.whole;
  }

  /**
   * Answers when the body has come, whatever it is: a client of HTTP/2 that is still sending takes
   * an earlier answer for a broken stream. A body that was read before is not waited for, and a
   * WebSocket over HTTP/2 has no end to wait for. From any thread.
   */
  static HttpResponse drop(HttpRequest request, HttpResponse answer) {
    return switch (request.method()) {
      case GET, HEAD, CONNECT -> answer;
      default -> HttpResponse.of(read(request, 0).handle((body, failure) -> answer));
    };
  }

  @Override
  public void onSubscribe(Subscription source) {
    source.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(HttpObject part) {
    if (!(part instanceof HttpData bytes) || tooLong) {
      return;
    }
    if (kept.size() + bytes.length() > bytesMax) {
      tooLong = true;
      kept.reset();
    } else {
      kept.writeBytes(bytes.array());
    }
  }

  @Override
  public void onError(Throwable failure) {
    whole.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    if (tooLong) {
      whole.completeExceptionally(
          new HeraldException(
              ErrorCode.PAYLOAD_TOO_LARGE,
              "the request's body is larger than " + bytesMax + " bytes"));
    } else {
      whole.complete(kept.toByteArray());
    }
  }
}
