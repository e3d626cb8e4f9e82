package dev.herald.http;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.linecorp.armeria.common.websocket.WebSocketCloseStatus;
import com.linecorp.armeria.common.websocket.WebSocketFrame;
import com.linecorp.armeria.common.websocket.WebSocketWriter;
import dev.herald.core.group.GroupLedger.Push;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private final Queue<Waiting> waiting = new ArrayDeque<>();

  /** The bytes of the frames that wait and of those under way. */
  @GuardedBy("this")
  private long bytes;

  @GuardedBy("this")
  private boolean writing;

  /** What is told when the batch under way is written. */
  @GuardedBy("this")
  private final List<Push> underWay = new ArrayList<>();

  @GuardedBy("this")
  private boolean closed;

  /** Whether a frame did not fit; nothing is taken after it. */
  @GuardedBy("this")
  private boolean overflowed;

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
    return offer(new Waiting(WebSocketFrame.ofText(text), "", 0, null));
  }

  /**
   * Adds the frame of a group's event; returns as {@link #offer(byte[])} does.
   *
   * @param groupId the group
   * @param seq the event's number
   * @param push is told when it was written, or null
   */
  boolean offer(byte[] text, String groupId, long seq, @Nullable Push push) {
    return offer(new Waiting(WebSocketFrame.ofText(text), groupId, seq, push));
  }

  /** Answers a ping with its own content; returns as {@link #offer(byte[])} does. */
  boolean pong(byte[] content) {
    return offer(new Waiting(WebSocketFrame.ofPong(content), "", 0, null));
  }

  /** Sends a ping, unless frames are under way: whether the peer takes those says as much. */
  synchronized void ping() {
    if (!writing) {
      offer(new Waiting(WebSocketFrame.ofPing(), "", 0, null));
    }
  }

  private synchronized boolean offer(Waiting frame) {
    if (closed || overflowed) {
      return !overflowed;
    }
    waiting.add(frame); // also the one that is too much: close() tells what was lost
    if (bytes + frame.size() > bytesMax) {
      overflowed = true;
      return false;
    }
    bytes += frame.size();
    pump();
    return true;
  }

  /** Returns how many bytes wait or are under way. */
  synchronized long bytes() {
    return bytes;
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
   * Takes no more frames. Later calls do nothing.
   *
   * @param flush whether the frames that wait are sent; else they are dropped
   * @return the groups of which events were dropped, each with the number of the last event before
   *     them
   */
  synchronized Map<String, Long> close(boolean flush) {
    Map<String, Long> resumeAfter = new LinkedHashMap<>();
    if (!closed) {
      closed = true;
      for (Waiting frame : waiting) {
        if (flush) {
          write(frame);
        } else if (frame.seq > 0) {
          resumeAfter.putIfAbsent(frame.groupId, frame.seq - 1);
        }
      }
      waiting.clear();
      notifyAll();
    }
    return resumeAfter;
  }

  /**
   * Closes the connection; called once, after {@link #close}.
   *
   * @param last a frame to send before, or null
   * @param status the WebSocket status
   * @param reason at most 123 bytes
   */
  void end(byte @Nullable [] last, WebSocketCloseStatus status, String reason) {
    if (last != null) {
      var _ = connection.tryWrite(WebSocketFrame.ofText(last));
    }
    connection.close(status, reason);
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
      Waiting frame = waiting.remove();
      batch += frame.size();
      write(frame);
      if (frame.push != null) {
        underWay.add(frame.push);
      }
    }
    writing = true;
    long written = batch;
    var _ =
        connection
            .whenConsumed()
            .handleAsync((done, failure) -> onWritten(written, failure), eventLoop);
  }

  /** Gives the connection a frame; it takes none once it is closed, which its input notices. */
  private void write(Waiting frame) {
    var _ = connection.tryWrite(frame.frame);
  }

  private synchronized @Nullable Void onWritten(long written, @Nullable Throwable failure) {
    bytes -= written;
    writing = false;
    if (failure == null) {
      underWay.forEach(Push::written);
    }
    underWay.clear();
    if (!waiting.isEmpty()) {
      progressed = true;
      pump();
    }
    notifyAll();
    return null;
  }

  /**
   * A frame that waits.
   *
   * @param groupId the group whose event it tells, empty if none
   * @param seq the event's number, 0 if none
   * @param push is told when it was written, or null
   */
  private record Waiting(WebSocketFrame frame, String groupId, long seq, @Nullable Push push) {
    int size() {
      return FRAME_BYTES + frame.length();
    }
  }
}
