package dev.herald.http;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.DecoratingHttpServiceFunction;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.herald.core.metric.Metrics;
import dev.herald.core.metric.Metrics.Counter;
import dev.herald.core.web.Origins;

/**
 * Stands before every endpoint: keeps out other sites' pages, puts security headers on every answer
 * and counts it. Thread-safe.
 */
final class Guard implements DecoratingHttpServiceFunction {
  private static final String NO_PAGE = "default-src 'none'; frame-ancestors 'none'";
  private static final int CLASSES = 6;

  private final Origins origins;
  private final Counter[] answers = new Counter[CLASSES];

  Guard(Origins origins, Metrics metrics) {
    this.origins = origins;
    for (int i = 2; i < CLASSES; i++) {
      answers[i] =
          metrics.counter(
              "herald_http_requests_total", "status", i + "xx", "Requests answered, by status.");
    }
  }

  @Override
  public HttpResponse serve(HttpService next, ServiceRequestContext ctx, HttpRequest request) {
    RequestHeaders headers = request.headers();
    if (!origins.admitsHost(headers.authority())) {
      return refused(
          ctx,
          request,
          "HOST_NOT_ALLOWED",
          "this server answers to localhost; list other names in originsAllowed");
    }
    if (changesOrConnects(headers)
        && !origins.admits(headers.get(HttpHeaderNames.ORIGIN), headers.authority())) {
      return refused(
          ctx, request, "ORIGIN_NOT_ALLOWED", "pages of this origin may not call this server");
    }
    return dressed(answer(next, ctx, request));
  }

  /**
   * A failure that is thrown makes Armeria break off the request, and with it its HTTP/2 stream.
   */
  private static HttpResponse answer(
      HttpService next, ServiceRequestContext ctx, HttpRequest request) {
    try {
      return next.serve(ctx, request);
    } catch (Exception e) {
      return Body.drop(request, HttpResponse.ofFailure(e));
    }
  }

  private HttpResponse refused(
      ServiceRequestContext ctx, HttpRequest request, String title, String detail) {
    return Body.drop(
        request, dressed(Answers.refusal(ctx.path(), HttpStatus.FORBIDDEN, title, detail)));
  }

  /** Reading is safe: other sites' pages cannot see the answer, as no CORS header admits them. */
  private static boolean changesOrConnects(RequestHeaders headers) {
    return switch (headers.method()) {
      case GET, HEAD -> headers.contains(HttpHeaderNames.UPGRADE);
      default -> true;
    };
  }

  private HttpResponse dressed(HttpResponse answer) {
    return answer.mapHeaders(this::dressed);
  }

  private ResponseHeaders dressed(ResponseHeaders headers) {
    int statusClass = headers.status().code() / 100;
    if (statusClass < 2) {
      return headers;
    }
    answers[statusClass].increment();
    ResponseHeadersBuilder dressed =
        headers.toBuilder()
            .set(HttpHeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff")
            .set(HttpHeaderNames.REFERRER_POLICY, "no-referrer");
    if (!headers.contains(HttpHeaderNames.CACHE_CONTROL)) {
      dressed.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    }
    if (!headers.contains(HttpHeaderNames.CONTENT_SECURITY_POLICY)) {
      dressed.set(HttpHeaderNames.CONTENT_SECURITY_POLICY, NO_PAGE);
    }
    return dressed.build();
  }
}
