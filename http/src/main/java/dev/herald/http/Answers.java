package dev.herald.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Makes answers: the envelope under the paths of the group-message contract, JSON elsewhere. */
final class Answers {
  /** The type of errors outside the contract (RFC 9457). */
  static final MediaType PROBLEM = MediaType.create("application", "problem+json");

  private static final int RETRY_AFTER_SECONDS = 1;
  private static final int TAG_BYTES = 16;

  private Answers() {}

  /** Returns an answer of 200 with a JSON document. */
  static HttpResponse json(byte[] document) {
    return json(HttpStatus.OK, document);
  }

  /** Returns an answer with a JSON document. */
  static HttpResponse json(HttpStatus status, byte[] document) {
    return HttpResponse.of(status, MediaType.JSON_UTF_8, HttpData.wrap(document));
  }

  /**
   * Returns the answer to a request that created something.
   *
   * @param repeated whether it was a retry, which is answered by 200
   * @param path where it is
   */
  static HttpResponse created(boolean repeated, String path, byte[] document) {
    return HttpResponse.of(
        ResponseHeaders.builder(repeated ? HttpStatus.OK : HttpStatus.CREATED)
            .contentType(MediaType.JSON_UTF_8)
            .set(HttpHeaderNames.LOCATION, path)
            .build(),
        HttpData.wrap(document));
  }

  /** Returns the answer that work makes which may block, on a thread of its own. */
  static HttpResponse later(ServiceRequestContext ctx, Supplier<HttpResponse> work) {
    return HttpResponse.of(CompletableFuture.supplyAsync(work, ctx.blockingTaskExecutor()));
  }

  /**
   * Returns an answer of 200 with a JSON document that a client may keep: its tag is made of its
   * content, and a request that has it already is answered by 304 without it.
   */
  static HttpResponse tagged(HttpRequest request, byte[] document) {
    String tag = tagOf(document);
    boolean same = Pages.matches(request.headers().get(HttpHeaderNames.IF_NONE_MATCH), tag);
    ResponseHeadersBuilder headers =
        ResponseHeaders.builder(same ? HttpStatus.NOT_MODIFIED : HttpStatus.OK)
            .set(HttpHeaderNames.ETAG, tag)
            .set(HttpHeaderNames.CACHE_CONTROL, "private, no-cache");
    return same
        ? HttpResponse.of(headers.build())
        : HttpResponse.of(
            headers.contentType(MediaType.JSON_UTF_8).build(), HttpData.wrap(document));
  }

  private static String tagOf(byte[] document) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(document);
      return '"' + HexFormat.of().formatHex(digest, 0, TAG_BYTES) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /**
   * Returns the answer to a request that was refused: an envelope under the contract's paths, where
   * what the use case refuses is no error of HTTP; a problem elsewhere.
   *
   * @param path the path that was asked for
   */
  static HttpResponse refusal(String path, HeraldException refusal) {
    ErrorCode code = refusal.code();
    HttpStatus status = HttpStatus.valueOf(code.httpStatus());
    boolean ofUseCase = status.equals(HttpStatus.NOT_FOUND) || status.equals(HttpStatus.CONFLICT);
    return refusal(
        path,
        ofUseCase && isContract(path) ? HttpStatus.OK : status,
        code.name(),
        refusal.detail());
  }

  /**
   * Returns the answer to a request that was refused for a reason only HTTP has.
   *
   * @param path the path that was asked for
   * @param type a name for the kind of error, the same for all of the kind
   * @param detail what was wrong
   */
  static HttpResponse refusal(String path, HttpStatus status, String type, String detail) {
    boolean contract = isContract(path);
    byte[] body =
        contract ? Envelope.failure(Envelope.FAILED, detail) : problem(status, type, detail);
    var headers =
        ResponseHeaders.builder(status).contentType(contract ? MediaType.JSON_UTF_8 : PROBLEM);
    if (status.equals(HttpStatus.SERVICE_UNAVAILABLE)) {
      headers.addInt(HttpHeaderNames.RETRY_AFTER, RETRY_AFTER_SECONDS);
    }
    return HttpResponse.of(headers.build(), HttpData.wrap(body));
  }

  /**
   * Returns the answer to a request whose path cannot be read, so that it is not known in which
   * form its sender expects it: a problem that has the members of an envelope too.
   *
   * @param type a name for the kind of error, the same for all of the kind
   * @param detail what was wrong
   */
  static HttpResponse unreadable(HttpStatus status, String type, String detail) {
    byte[] body =
        Json.encode(json -> {
          json.writeStartObject();
          Envelope.writeFailure(json, Envelope.FAILED, detail);
          writeProblem(json, status, type, detail);
          json.writeEndObject();
        });
    return HttpResponse.of(
        ResponseHeaders.builder(status).contentType(PROBLEM).build(), HttpData.wrap(body));
  }

  private static boolean isContract(String path) {
    return path.equals("/chat")
        || path.startsWith("/chat/")
        || path.equals("/notice")
        || path.startsWith("/notice/");
  }

  /** Returns a refusal as a problem (RFC 9457). */
  static byte[] problem(HeraldException refusal) {
    ErrorCode code = refusal.code();
    return problem(HttpStatus.valueOf(code.httpStatus()), code.name(), refusal.detail());
  }

  private static byte[] problem(HttpStatus status, String type, String detail) {
    return Json.encode(json -> {
      json.writeStartObject();
      writeProblem(json, status, type, detail);
      json.writeEndObject();
    });
  }

  private static void writeProblem(
      JsonGenerator json, HttpStatus status, String type, String detail) throws IOException {
    json.writeStringField("type", "urn:herald:error:" + type);
    json.writeStringField("title", status.reasonPhrase());
    json.writeNumberField("status", status.code());
    json.writeStringField("detail", detail);
  }
}
