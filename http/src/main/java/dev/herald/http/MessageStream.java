package dev.herald.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.herald.core.error.HeraldException;
import dev.herald.http.socket.Sockets;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a consumer as lines of JSON, one for each, for as long as the connection lives.
 * The next ones are taken when the last ones are written to the socket, so that what the client
 * does not read is held back. Owned by the consumer's lane, but for what is written.
 */
final class MessageStream implements ConsumerReader {
  /** The type of a stream: one JSON document a line. */
  static final MediaType JSON_LINES = MediaType.create("application", "x-ndjson");

  /** How long a stream may be silent before it gets an empty line, in seconds. */
  static final int SILENT_SECONDS = 15;

  private static final byte[] EMPTY_LINE = {'\n'};

  private final HttpConsumer consumer;
  private final ServiceRequestContext ctx;
  private final HttpResponseWriter out = HttpResponse.streaming();
  private boolean writing;

  /** What is being written: the consumer has it again if it cannot be. */
  private List<Given> batch = List.of();

  /** For how long it has been writing, or has had nothing to write. */
  private long seconds;

  MessageStream(HttpConsumer consumer, ServiceRequestContext ctx) {
    this.consumer = consumer;
    this.ctx = ctx;
  }

  /**
   * Begins. On the lane.
   *
   * @throws HeraldException NOT_FOUND if the consumer has left
   */
  void open() {
    // at once, so that the client knows that it has begun
    out.write(ResponseHeaders.builder(HttpStatus.OK).contentType(JSON_LINES).build());
    consumer.read(this);
    ctx.clearRequestTimeout();
    var _ =
        out.whenComplete()
            .handle((done, failure) -> {
              consumer.lane().run(() -> consumer.lost(this));
              return this;
            });
  }

  /** Returns the answer, once it is open. */
  HttpResponse answer() {
    return out;
  }

  @Override
  public boolean isStream() {
    return true;
  }

  @Override
  public int limit() {
    return Integer.MAX_VALUE;
  }

  @Override
  public boolean waits() {
    return true;
  }

  @Override
  public boolean isReady() {
    return !writing;
  }

  @Override
  public void give(List<Given> next) {
    batch = next;
    write(() -> lines(next));
  }

  private void write(Supplier<byte[]> lines) {
    writing = true;
    seconds = 0;
    ctx.eventLoop()
        .execute(() -> {
          if (!out.tryWrite(HttpData.wrap(lines.get()))) {
            consumer.lane().run(this::notWritten);
            return;
          }
          var _ =
              out.whenConsumed()
                  .handle((done, failure) -> {
                    consumer.lane().run(failure == null ? this::written : this::notWritten);
                    return this;
                  });
        });
  }

  private void written() {
    batch = List.of();
    writing = false;
    seconds = 0;
    consumer.serve();
  }

  /** Another stream took this one's place, or its connection is lost. */
  private void notWritten() {
    List<Given> back = batch;
    batch = List.of();
    consumer.giveBack(back);
  }

  private static byte[] lines(List<Given> batch) {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    for (Given given : batch) {
      lines.writeBytes(Json.encode(given::write));
      lines.write('\n');
    }
    return lines.toByteArray();
  }

  @Override
  public void end(@Nullable HeraldException why) {
    if (!writing) {
      out.close();
      return;
    }
    // its client may never read on: to end in order would hold the connection for as long
    out.abort();
    if (!ctx.sessionProtocol().isMultiplex()) {
      Sockets.close(ctx);
    }
  }

  @Override
  public long tick() {
    seconds++;
    if (writing) {
      return seconds;
    }
    if (seconds >= SILENT_SECONDS) {
      write(() -> EMPTY_LINE);
    }
    return 0;
  }
}
