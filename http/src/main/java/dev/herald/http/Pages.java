package dev.herald.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Gives browsers files: the console, the try-out page, the description of the API. */
final class Pages {
  /** Where the console is. */
  static final String CONSOLE = "/console/";

  private static final String OWN_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
          + " connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none';"
          + " frame-ancestors 'none'";

  private final Assets console;

  Pages(Assets console) {
    this.console = console;
  }

  /** Gives a file of the console. */
  HttpResponse console(ServiceRequestContext ctx, HttpRequest request) {
    String path = Text.percentDecoded("the path", ctx.path().substring(CONSOLE.length()), false);
    return console
        .find(path)
        .map(asset -> file(asset, request))
        .orElseGet(() ->
            Answers.refusal(
                ctx.path(), HttpStatus.NOT_FOUND, "NOT_FOUND", "there is no such file"));
  }

  private HttpResponse file(Assets.Asset asset, HttpRequest request) {
    boolean same = matches(request.headers().get(HttpHeaderNames.IF_NONE_MATCH), asset.etag());
    ResponseHeadersBuilder headers =
        ResponseHeaders.builder(same ? HttpStatus.NOT_MODIFIED : HttpStatus.OK)
            .set(HttpHeaderNames.ETAG, asset.etag())
            .set(HttpHeaderNames.CACHE_CONTROL, asset.cacheControl())
            .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, console.contentSecurityPolicy());
    return same
        ? HttpResponse.of(headers.build())
        : HttpResponse.of(
            headers.set(HttpHeaderNames.CONTENT_TYPE, asset.mediaType()).build(),
            HttpData.wrap(asset.bytes()));
  }

  /** Tells whether the tag is among those of the header (RFC 9110 section 13.1.2). */
  static boolean matches(@Nullable String header, String etag) {
    return header != null
        && Arrays.stream(header.split(","))
            .map(String::strip)
            .anyMatch(tag -> tag.equals("*") || tag.equals(etag) || tag.equals("W/" + etag));
  }

  /** Sends the browser to the console. */
  HttpResponse toConsole(ServiceRequestContext ctx, HttpRequest request) {
    return HttpResponse.of(ResponseHeaders.of(HttpStatus.FOUND, HttpHeaderNames.LOCATION, CONSOLE));
  }

  /** Returns a service that gives one file of this module. */
  static HttpService resource(String name, MediaType type) {
    byte[] content = read(name);
    ResponseHeaders headers =
        ResponseHeaders.builder(HttpStatus.OK)
            .contentType(type)
            .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, OWN_POLICY)
            .set(HttpHeaderNames.CACHE_CONTROL, "no-cache")
            .build();
    return (ctx, request) -> HttpResponse.of(headers, HttpData.wrap(content));
  }

  private static byte[] read(String name) {
    try (InputStream in = Pages.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("not packed into this build: " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
