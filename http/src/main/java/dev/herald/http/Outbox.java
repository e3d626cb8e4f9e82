package dev.herald.http;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.linecorp.armeria.common.websocket.WebSocketCloseStatus;
import com.linecorp.armeria.common.websocket.WebSocketFrame;
import com.linecorp.armeria.common.websocket.WebSocketWriter;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The frames that wait for one gateway, in order, bounded in bytes.
 *
 * <p>Frames are handed to the connection in batches; the next batch follows when the connection has
 * written the last one to its socket. So what the peer does not read stays here, where it is
 * counted. Thread-safe.
 */
final class Outbox {
  private static final int BATCH_BYTES = 64 << 10;

  /** What a frame costs beside its payload, so that many empty ones are bounded too. */
  private static final int FRAME_BYTES = 64;

  private final WebSocketWriter connection;
  private final Executor eventLoop;
  private final long bytesMax;

  @GuardedBy("this")
  private final Queue<WebSocketFrame> waiting = new ArrayDeque<>();

  /** The bytes of the frames that wait and of those under way. */
  @GuardedBy("this")
  private long bytes;

  @GuardedBy("this")
  private boolean writing;

  @GuardedBy("this")
  private boolean closed;

  /** Whether frames were written while more waited: the peer reads, however slowly. */
  @GuardedBy("this")
  private boolean progressed;

  /**
   * Makes an empty outbox.
   *
   * @param connection where frames go
   * @param eventLoop the connection's thread
   * @param bytesMax how many bytes may wait
   */
  Outbox(WebSocketWriter connection, Executor eventLoop, long bytesMax) {
    this.connection = connection;
    this.eventLoop = eventLoop;
    this.bytesMax = bytesMax;
  }

  /**
   * Adds a text frame. Never blocks.
   *
   * @param text the frame's payload, not written to from now on
   * @return false when it does not fit any more; then the outbox should be closed
   */
  boolean offer(byte[] text) {
    return offer(WebSocketFrame.ofText(text));
  }

  /** Answers a ping with its own content; returns as {@link #offer(byte[])} does. */
  boolean pong(byte[] content) {
    return offer(WebSocketFrame.ofPong(content));
  }

  /** Sends a ping, unless frames are under way: whether the peer takes those says as much. */
  synchronized void ping() {
    if (!writing) {
      offer(WebSocketFrame.ofPing());
    }
  }

  private synchronized boolean offer(WebSocketFrame frame) {
    if (closed) {
      return true;
    }
    int size = FRAME_BYTES + frame.length();
    if (bytes + size > bytesMax) {
      return false;
    }
    bytes += size;
    waiting.add(frame);
    pump();
    return true;
  }

  /**
   * Waits until at most half of the bound is used. Blocks the calling thread.
   *
   * @return false when the outbox is closed
   */
  synchronized boolean awaitRoom() throws InterruptedException {
    while (!closed && bytes > bytesMax / 2) {
      wait();
    }
    return !closed;
  }

  /**
   * Closes the connection. Later calls do nothing.
   *
   * @param flush whether the frames that wait are sent before
   * @param last a frame to send before closing, or null
   * @param status the WebSocket status
   * @param reason at most 123 bytes
   */
  synchronized void close(
      boolean flush, byte @Nullable [] last, WebSocketCloseStatus status, String reason) {
    if (closed) {
      return;
    }
    closed = true;
    if (flush) {
      waiting.forEach(this::write);
    }
    waiting.clear();
    if (last != null) {
      write(WebSocketFrame.ofText(last));
    }
    connection.close(status, reason);
    notifyAll();
  }

  /** Returns whether the peer took something of a backlog since this was asked last. */
  synchronized boolean hasProgressed() {
    boolean since = progressed;
    progressed = false;
    return since;
  }

  @GuardedBy("this")
  private void pump() {
    if (writing || waiting.isEmpty()) {
      return;
    }
    long batch = 0;
    while (!waiting.isEmpty() && batch < BATCH_BYTES) {
      WebSocketFrame frame = waiting.remove();
      batch += FRAME_BYTES + frame.length();
      write(frame);
    }
    writing = true;
    long written = batch;
    var _ = connection.whenConsumed().handleAsync((done, failure) -> onWritten(written), eventLoop);
  }

  /** Gives the connection a frame; it takes none once it is closed, which its input notices. */
  private void write(WebSocketFrame frame) {
    var _ = connection.tryWrite(frame);
  }

  private synchronized @Nullable Void onWritten(long written) {
    bytes -= written;
    writing = false;
    if (!waiting.isEmpty()) {
      progressed = true;
      pump();
    }
    notifyAll();
    return null;
  }
}
