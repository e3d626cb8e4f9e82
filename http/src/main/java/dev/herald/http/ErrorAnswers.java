package dev.herald.http;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.logging.RequestLogProperty;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.http.socket.Sockets;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place that decides what a failed request is answered with, and what of it is logged: a
 * failure of the server, with its cause; never a mistake of the caller. Thread-safe.
 */
final class ErrorAnswers implements ServerErrorHandler {
  private static final Logger LOG = LoggerFactory.getLogger(ErrorAnswers.class);

  private volatile List<Endpoint> endpoints = List.of();

  /** Tells which endpoints there are, so that a wrong method is answered with the right ones. */
  void endpoints(List<Endpoint> all) {
    endpoints = all;
  }

  @Override
  public HttpResponse onServiceException(ServiceRequestContext ctx, Throwable failure) {
    String path = ctx.path();
    return switch (inner(failure)) {
      case HttpStatusException status -> onStatus(path, status.httpStatus());
      case ContentTooLargeException _ -> onStatus(path, HttpStatus.REQUEST_ENTITY_TOO_LARGE);
      case RequestTimeoutException _ -> onTimeout(ctx);
      case ClosedStreamException _ ->
          Answers.refusal(
              path, HttpStatus.BAD_REQUEST, "REQUEST_ABORTED", "the request was not sent in full");
      default -> Body.drop(ctx.request(), onFailure(path, failure));
    };
  }

  @Override
  public AggregatedHttpResponse renderStatus(
      @Nullable ServiceRequestContext ctx,
      ServiceConfig config,
      @Nullable RequestHeaders headers,
      HttpStatus status,
      @Nullable String description,
      @Nullable Throwable cause) {
    HttpResponse answer =
        headers == null
            ? Answers.unreadable(status, nameOf(status), detailOf(status))
            : onStatus(headers.path().split("[?]", 2)[0], status);
    return answer.aggregate().join();
  }

  /**
   * Answers a request that takes too long. Over HTTP/1 the rest of a body that never ends would be
   * waited for before the connection is closed as idle, so it is closed once the answer is written.
   */
  private static HttpResponse onTimeout(ServiceRequestContext ctx) {
    HttpResponse answer =
        Answers.refusal(
            ctx.path(),
            HttpStatus.SERVICE_UNAVAILABLE,
            "REQUEST_TIMEOUT",
            "the request was not done in time; it is not known whether it took effect");
    boolean bodyCame = ctx.log().isAvailable(RequestLogProperty.REQUEST_END_TIME);
    if (bodyCame || ctx.sessionProtocol().isMultiplex()) {
      return answer;
    }
    var _ =
        ctx.log()
            .whenAvailable(RequestLogProperty.RESPONSE_END_TIME)
            .thenRun(() -> Sockets.close(ctx));
    return answer.mapHeaders(
        headers -> headers.toBuilder().set(HttpHeaderNames.CONNECTION, "close").build());
  }

  private HttpResponse onFailure(String path, Throwable failure) {
    HeraldException refusal = HeraldException.of(failure);
    if (refusal.code() == ErrorCode.INTERNAL_ERROR) {
      LOG.error("http.request_failed path={}", path, failure);
    }
    return Answers.refusal(path, refusal);
  }

  private static HttpResponse onStatus(String path, HttpStatus status) {
    return Answers.refusal(path, status, nameOf(status), detailOf(status));
  }

  private static String detailOf(HttpStatus status) {
    return switch (status.code()) {
      case 400 -> "the request cannot be read";
      case 404 -> "there is nothing at this path";
      case 413 -> ErrorCode.PAYLOAD_TOO_LARGE.text();
      case 414 -> "the request's URL is too long";
      default -> status.reasonPhrase();
    };
  }

  /** Answers a request that no endpoint takes. */
  HttpResponse noEndpoint(ServiceRequestContext ctx, HttpRequest request) {
    String allowed =
        endpoints.stream()
            .filter(endpoint -> endpoint.hasPath(ctx.path()))
            .map(Endpoint::method)
            .map(method -> method == HttpMethod.GET ? "GET, HEAD" : method.name())
            .distinct()
            .collect(Collectors.joining(", "));
    return Body.drop(
        request,
        allowed.isEmpty()
            ? onStatus(ctx.path(), HttpStatus.NOT_FOUND)
            : methodNotAllowed(ctx.path(), allowed));
  }

  private static HttpResponse methodNotAllowed(String path, String allowed) {
    return Answers.refusal(
            path,
            HttpStatus.METHOD_NOT_ALLOWED,
            nameOf(HttpStatus.METHOD_NOT_ALLOWED),
            "this path takes " + allowed)
        .mapHeaders(headers -> headers.toBuilder().set(HttpHeaderNames.ALLOW, allowed).build());
  }

  private static String nameOf(HttpStatus status) {
    return status.reasonPhrase().toUpperCase(java.util.Locale.ROOT).replace(' ', '_');
  }

  private static Throwable inner(Throwable failure) {
    Throwable inner = failure;
    while (inner instanceof CompletionException && inner.getCause() != null) {
      inner = inner.getCause();
    }
    return inner;
  }
}
