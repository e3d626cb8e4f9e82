package dev.herald.http;

import com.linecorp.armeria.common.websocket.WebSocket;
import com.linecorp.armeria.common.websocket.WebSocketCloseStatus;
import com.linecorp.armeria.common.websocket.WebSocketFrame;
import com.linecorp.armeria.common.websocket.WebSocketWriter;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.metric.Metrics.Counter;
import dev.herald.core.route.ThreadLane;
import dev.herald.http.GatewayAddress.GatewayKey;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The gateways connected to this node, one connection for each gateway id of an app; a newer one
 * takes the place of an older one. Thread-safe.
 */
final class Gateways {
  private final Hub hub;
  private final GatewaySettings settings;
  private final ThreadLane lane;
  private final Counter sent;
  private final Counter encoded;
  private final Counter received;
  private final Map<EndReason, Counter> ended = new EnumMap<>(EndReason.class);
  private final Map<GatewayKey, Gateway> connected = new ConcurrentHashMap<>();

  /** Gateways that were told to go and whose connection may still be open. */
  private final Set<Gateway> leaving = ConcurrentHashMap.newKeySet();

  private volatile boolean stopping;

  /** The frame delivered last, by which a new one is told; owned by the lane. */
  private byte @Nullable [] delivered;

  Gateways(Hub hub, GatewaySettings settings, ThreadLane lane) {
    this.hub = hub;
    this.settings = settings;
    this.lane = lane;
    hub.metrics().gauge("herald_gateways", "Gateways connected.", connected::size);
    hub.metrics()
        .gauge("herald_gateway_waiting_bytes", "Bytes waiting for gateways.", this::waitingBytes);
    this.encoded =
        hub.metrics()
            .counter(
                "herald_gateway_frames_encoded_total",
                "Event frames made for live gateways, each once for all of them.");
    this.sent =
        hub.metrics()
            .counter("herald_gateway_messages_sent_total", "Event frames queued for gateways.");
    this.received =
        hub.metrics()
            .counter("herald_gateway_messages_received_total", "Messages received from gateways.");
    for (EndReason reason : EndReason.values()) {
      ended.put(
          reason,
          hub.metrics()
              .counter(
                  "herald_gateways_ended_total",
                  "reason",
                  reason.label(),
                  "Gateway connections that ended, by reason."));
    }
  }

  /**
   * Takes a new connection.
   *
   * @param ctx the request it began with
   * @param in the frames it sends
   * @return the frames it is sent
   */
  WebSocket connect(ServiceRequestContext ctx, WebSocket in) {
    WebSocketWriter out = WebSocket.streaming();
    try {
      accept(GatewayAddress.of(ctx.path(), ctx.query()), ctx, in, out);
    } catch (HeraldException refusal) {
      out.write(WebSocketFrame.ofText(GatewayFrames.refused(refusal.detail())));
      out.close(WebSocketCloseStatus.POLICY_VIOLATION, refusal.code().name());
      var _ = in.subscribe(); // reads on until the close frame is answered
    }
    return out;
  }

  private void accept(
      GatewayAddress address, ServiceRequestContext ctx, WebSocket in, WebSocketWriter out) {
    if (stopping) {
      throw new HeraldException(ErrorCode.SHUTTING_DOWN, ErrorCode.SHUTTING_DOWN.text());
    }
    if (connected.size() >= settings.countMax() && !connected.containsKey(address.key())) {
      throw new HeraldException(
          ErrorCode.TOO_MANY_CONNECTIONS,
          "this server has " + settings.countMax() + " gateways, its limit");
    }
    Gateway gateway = new Gateway(this, address, hub.apps().get(address.key().appId()), ctx, out);
    Gateway older = connected.put(address.key(), gateway);
    gateway.open(older);
    in.subscribe(new GatewayInput(gateway, this, ctx), ctx.eventLoop());
    if (stopping) {
      gateway.end(EndReason.SHUTDOWN);
    }
  }

  /** Looks after every gateway: pings the silent ones, ends the dead ones. Called every second. */
  void sweep() {
    long now = System.nanoTime();
    connected.values().forEach(Gateway::check);
    leaving.removeIf(gateway -> gateway.leave(now));
  }

  /** Tells every gateway that the server stops, and refuses new ones. */
  void stop() {
    stopping = true;
    connected.values().forEach(gateway -> gateway.end(EndReason.SHUTDOWN));
  }

  ThreadLane lane() {
    return lane;
  }

  GatewaySettings settings() {
    return settings;
  }

  Hub hub() {
    return hub;
  }

  private long waitingBytes() {
    return connected.values().stream().mapToLong(gateway -> gateway.outbox().bytes()).sum();
  }

  /** Counts the frame of a live event unless it is the one delivered before. On the lane. */
  @SuppressWarnings("ReferenceEquality") // an array that was made once is one object
  void delivers(byte[] frame) {
    if (frame != delivered) {
      delivered = frame;
      encoded.increment();
    }
  }

  /** Counts event frames queued. */
  Counter sent() {
    return sent;
  }

  /** Counts messages received. */
  Counter received() {
    return received;
  }

  /** Forgets a gateway that ended. */
  void ended(Gateway gateway, EndReason reason) {
    connected.remove(gateway.key(), gateway);
    leaving.add(gateway);
    Counter counter = ended.get(reason);
    if (counter != null) {
      counter.increment();
    }
  }
}
