package dev.herald.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;

/** Makes answers: the envelope under the paths of the group-message contract, JSON elsewhere. */
final class Answers {
  /** The type of errors outside the contract (RFC 9457). */
  static final MediaType PROBLEM = MediaType.create("application", "problem+json");

  private static final int RETRY_AFTER_SECONDS = 1;

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
   * Returns the answer to a request that was refused: an envelope under the contract's paths, a
   * problem elsewhere.
   *
   * @param path the path that was asked for
   */
  static HttpResponse refusal(String path, HeraldException refusal) {
    ErrorCode code = refusal.code();
    return refusal(path, HttpStatus.valueOf(code.httpStatus()), code.name(), refusal.detail());
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

  private static boolean isContract(String path) {
    return path.equals("/chat")
        || path.startsWith("/chat/")
        || path.equals("/notice")
        || path.startsWith("/notice/");
  }

  private static byte[] problem(HttpStatus status, String type, String detail) {
    return Json.encode(json -> {
      json.writeStartObject();
      json.writeStringField("type", "urn:herald:error:" + type);
      json.writeStringField("title", status.reasonPhrase());
      json.writeNumberField("status", status.code());
      json.writeStringField("detail", detail);
      json.writeEndObject();
    });
  }
}
