package dev.herald.http;

import com.linecorp.armeria.common.websocket.WebSocketCloseStatus;
import java.util.Locale;

/** Why a gateway's connection ended; a fixed few, as they are a metric's label. */
enum EndReason {
  /** The gateway closed it, or it broke. */
  PEER(1000, true, ""),
  /** A newer connection has the same gateway id. */
  REPLACED(1008, true, "replaced by a newer connection with the same gateway id"),
  /** It did not read what it was sent. */
  SLOW(1013, false, "too slow: more waits for this gateway than the server keeps"),
  /** It gave no sign of life. */
  DEAD(1008, false, "no sign of life"),
  /** It sent more in one message than allowed. */
  TOO_BIG(1009, true, "the frame is larger than allowed"),
  /** What it missed could not be sent. */
  RESUME_FAILED(1013, false, "resume failed"),
  /** The server stops. */
  SHUTDOWN(1001, true, "the server is stopping");

  private final int status;
  private final boolean flush;
  private final String text;

  EndReason(int status, boolean flush, String text) {
    this.status = status;
    this.flush = flush;
    this.text = text;
  }

  /** Returns what the peer is told, at most 123 bytes; empty if it knows. */
  String text() {
    return text;
  }

  /** Returns whether a frame of code 4000 tells the reason before the connection is closed. */
  boolean told() {
    return this != PEER && this != SHUTDOWN;
  }

  /** Returns the status the connection is closed with (RFC 6455 section 7.4.1). */
  WebSocketCloseStatus status() {
    return WebSocketCloseStatus.valueOf(status);
  }

  /** Returns whether what waits is sent before. */
  boolean flush() {
    return flush;
  }

  /** Returns the value of the metric's label. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
