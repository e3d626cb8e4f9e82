package dev.herald.http;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.websocket.WebSocketService;
import java.util.regex.Pattern;

/**
 * One operation of the server.
 *
 * @param method its method; what takes GET takes HEAD too
 * @param path its path; a level in braces stands for any text, at the end after a star for the rest
 * @param service answers it
 */
record Endpoint(HttpMethod method, String path, HttpService service) {
  /** Tells whether it is a WebSocket, which begins with CONNECT in HTTP/2 (RFC 8441). */
  boolean isWebSocket() {
    return service.as(WebSocketService.class) != null;
  }

  /** Tells whether a path is this endpoint's, whatever the method. */
  boolean hasPath(String asked) {
    String pattern = path.replaceAll("\\{\\*[^}]*\\}", ".*").replaceAll("\\{[^}]*\\}", "[^/]+");
    return Pattern.matches(pattern, asked);
  }
}
