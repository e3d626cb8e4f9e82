package dev.herald.http;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
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
      case RequestTimeoutException _ ->
          Answers.refusal(
              path,
              HttpStatus.SERVICE_UNAVAILABLE,
              "REQUEST_TIMEOUT",
              "the request was not done in time; it is not known whether it took effect");
      case ClosedStreamException _ ->
          Answers.refusal(
              path, HttpStatus.BAD_REQUEST, "REQUEST_ABORTED", "the request was not sent in full");
      default -> onFailure(path, failure);
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
    String path = headers == null ? "/" : headers.path();
    return onStatus(path.split("[?]", 2)[0], status).aggregate().join();
  }

  private HttpResponse onFailure(String path, Throwable failure) {
    HeraldException refusal = HeraldException.of(failure);
    if (refusal.code() == ErrorCode.INTERNAL_ERROR) {
      LOG.error("http.request_failed path={}", path, failure);
    }
    return Answers.refusal(path, refusal);
  }

  private HttpResponse onStatus(String path, HttpStatus status) {
    if (status.equals(HttpStatus.METHOD_NOT_ALLOWED)) {
      return methodNotAllowed(path);
    }
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

  private HttpResponse methodNotAllowed(String path) {
    String allowed =
        endpoints.stream()
            .filter(endpoint -> endpoint.hasPath(path))
            .map(Endpoint::method)
            .map(method -> method == HttpMethod.GET ? "GET, HEAD" : method.name())
            .distinct()
            .collect(Collectors.joining(", "));
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
