package dev.herald.mqtt;

import dev.herald.core.web.Origins;
import dev.herald.mqtt.codec.Limit;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One listener's way of taking connections: counts each while it is open, closes it at once when
 * there are too many, and gives it the handlers its bytes go through before they are MQTT: the
 * header of a proxy, then TLS, then WebSocket, each where the listener has it.
 */
final class Listener extends ChannelInitializer<Channel> {
  private static final int HANDSHAKE_BYTES_MAX = 16 * 1024;

  private final String name;
  private final Broker broker;
  private final Function<EventLoop, LoopLane> lanes;
  private final @Nullable TlsHandlers tls;
  private final @Nullable Origins origins;

  /**
   * Makes a listener.
   *
   * @param name as the setting {@code mqtt.proxyProtocol} names it
   * @param lanes finds the lane of a loop
   * @param tls makes TLS handlers; null for none
   * @param origins which pages may connect; null for MQTT without WebSocket
   */
  Listener(
      String name,
      Broker broker,
      Function<EventLoop, LoopLane> lanes,
      @Nullable TlsHandlers tls,
      @Nullable Origins origins) {
    this.name = name;
    this.broker = broker;
    this.lanes = lanes;
    this.tls = tls;
    this.origins = origins;
  }

  @Override
  protected void initChannel(Channel channel) {
    Counters counters = broker.counters();
    if (counters.connections.incrementAndGet() > broker.settings().connectionsMax()) {
      counters.connections.decrementAndGet();
      counters.refused.increment();
      counters.limit(Limit.CONNECTIONS).increment();
      var _ = channel.close();
      return;
    }
    counters.accepted.increment();
    var _ = channel.closeFuture().addListener(closed -> counters.connections.decrementAndGet());
    Connection connection =
        new Connection(broker, lanes.apply(channel.eventLoop()), channel, origins != null);
    ChannelPipeline pipeline = channel.pipeline();
    if (broker.settings().proxyProtocol().contains(name)) {
      pipeline.addLast(new ProxyHeader(), new ProxyHeader.Taker(connection, counters));
    }
    if (tls != null) {
      pipeline.addLast(tls.next(channel.alloc()));
    }
    if (origins != null) {
      addWebSocket(pipeline, origins);
    }
    pipeline.addLast(connection);
  }

  private void addWebSocket(ChannelPipeline pipeline, Origins admitted) {
    WebSocketServerProtocolConfig config =
        WebSocketServerProtocolConfig.newBuilder()
            .websocketPath(WsGate.PATH)
            .checkStartsWith(true)
            .subprotocols(WsGate.SUBPROTOCOL)
            .handleCloseFrames(false)
            .maxFramePayloadLength(broker.settings().packetBytesMax() + HANDSHAKE_BYTES_MAX)
            .handshakeTimeoutMillis(broker.settings().connectTimeout().toMillis())
            .build();
    pipeline.addLast(
        new HttpServerCodec(),
        new HttpObjectAggregator(HANDSHAKE_BYTES_MAX),
        new WsGate(admitted, broker.chats()::elsewhere),
        new WebSocketServerProtocolHandler(config),
        new WsFrames());
  }
}
