package dev.herald.http;

import com.linecorp.armeria.common.websocket.WebSocketFrame;
import com.linecorp.armeria.common.websocket.WebSocketFrameType;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupCommand.Outcome;
import dev.herald.core.group.GroupCommands.Draft;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Reads what a gateway sends. Owned by the connection's event loop.
 *
 * <p>Creates overlap, up to a bound in number and bytes; beyond it, and while the hub is congested,
 * nothing more is read from the connection.
 */
final class GatewayInput implements Subscriber<WebSocketFrame> {
  private static final int CREATES_MAX = 256;
  private static final int CREATE_BYTES_MAX = 1 << 20;
  private static final long CONGESTED_RETRY_MS = 20;

  private final Gateway gateway;
  private final Gateways gateways;
  private final ServiceRequestContext request;
  private final ByteArrayOutputStream text = new ByteArrayOutputStream();
  private @Nullable Subscription source;
  private boolean binary;
  private int creates;
  private long createBytes;
  private boolean reading;

  GatewayInput(Gateway gateway, Gateways gateways, ServiceRequestContext request) {
    this.gateway = gateway;
    this.gateways = gateways;
    this.request = request;
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    source = subscription;
    readOn();
  }

  @Override
  public void onNext(WebSocketFrame frame) {
    reading = false;
    gateway.heard();
    switch (frame.type()) {
      case TEXT, BINARY, CONTINUATION -> onPart(frame);
      case PING -> gateway.pong(frame.array());
      case PONG -> {}
      case CLOSE -> gateway.end(EndReason.PEER);
    }
    readOn();
  }

  @Override
  public void onError(Throwable failure) {
    gateway.end(EndReason.PEER);
  }

  @Override
  public void onComplete() {
    gateway.end(EndReason.PEER);
  }

  /** Asks for the next frame, now or when there is room for what it may bring. */
  private void readOn() {
    if (reading || source == null || creates >= CREATES_MAX || createBytes >= CREATE_BYTES_MAX) {
      return;
    }
    reading = true;
    if (gateways.hub().router().isCongested()) {
      var _ =
          request
              .eventLoop()
              .schedule(this::readWhenClear, CONGESTED_RETRY_MS, TimeUnit.MILLISECONDS);
    } else {
      source.request(1);
    }
  }

  private void readWhenClear() {
    reading = false;
    readOn();
  }

  private void onPart(WebSocketFrame part) {
    if (text.size() + part.length() > gateways.settings().frameBytesMax()) {
      text.reset();
      gateway.end(EndReason.TOO_BIG);
      return;
    }
    text.writeBytes(part.array());
    binary |= part.type() == WebSocketFrameType.BINARY;
    if (part.isFinalFragment()) {
      byte[] whole = text.toByteArray();
      boolean wasBinary = binary;
      text.reset();
      binary = false;
      onMessage(whole, wasBinary);
    }
  }

  private void onMessage(byte[] whole, boolean wasBinary) {
    gateways.received().increment();
    try {
      if (wasBinary) {
        throw new HeraldException(ErrorCode.MALFORMED_REQUEST, "a text frame is expected");
      }
      Draft draft = DraftJson.read(whole);
      checkApp(draft.appId());
      CompletionStage<Outcome> created = gateways.hub().commands().create(draft);
      creates++;
      createBytes += whole.length;
      created
          .whenComplete((outcome, failure) -> onCreated(draft, outcome, failure))
          .whenCompleteAsync((outcome, failure) -> onDone(whole.length), request.eventLoop());
    } catch (HeraldException refusal) {
      gateway.send(GatewayFrames.sendFailed(refusal.detail()));
    }
  }

  private void checkApp(@Nullable String appId) {
    if (appId != null && !appId.equals(gateway.key().appId())) {
      throw new HeraldException(ErrorCode.APP_MISMATCH, "appId is not the app of this connection");
    }
  }

  private void onCreated(Draft draft, @Nullable Outcome outcome, @Nullable Throwable failure) {
    if (failure != null) {
      gateway.send(GatewayFrames.sendFailed(HeraldException.of(failure).detail()));
    } else if (outcome != null && draft.clientMessageId() != null) {
      gateway.send(GatewayFrames.acknowledged(outcome.message()));
    }
  }

  private void onDone(int bytes) {
    creates--;
    createBytes -= bytes;
    readOn();
  }
}
