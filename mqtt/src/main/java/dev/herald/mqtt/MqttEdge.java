package dev.herald.mqtt;

import dev.herald.core.app.Apps;
import dev.herald.core.group.GroupCommands;
import dev.herald.core.metric.Metrics;
import dev.herald.core.route.Router;
import dev.herald.core.web.Origins;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The MQTT edge: listens on TCP and WebSocket and serves MQTT 3.1.1 and 5.0 to the clients of every
 * app.
 */
public final class MqttEdge implements AutoCloseable {
  private static final int BACKLOG = 4096;
  private static final int HANDSHAKE_BYTES_MAX = 16 * 1024;
  private static final int EPHEMERAL_TRIES = 20;
  private static final int STOP_SECONDS_MAX = 3;
  private static final int RETAINED_SWEEP_SECONDS = 60;
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(64 * 1024, 256 * 1024);

  private final MqttSettings settings;
  private final WsSettings wsSettings;
  private final List<InetAddress> addresses;
  private final Router router;
  private final Origins origins;
  private final Broker broker;
  private final List<Channel> listeners = new ArrayList<>();

  private @Nullable EventLoopGroup group;
  private @Nullable Lanes lanes;
  private int mqttPort;
  private int wsPort;

  /**
   * Makes an edge that is not started.
   *
   * @param settings limits and port
   * @param wsSettings the WebSocket listener
   * @param addresses where to listen, at least one
   * @param core what the edge works with
   */
  public MqttEdge(
      MqttSettings settings, WsSettings wsSettings, List<InetAddress> addresses, Core core) {
    this.settings = settings;
    this.wsSettings = wsSettings;
    this.addresses = addresses;
    this.router = core.router();
    this.origins = core.origins();
    this.broker =
        new Broker(
            settings,
            core.apps(),
            core.router(),
            core.groups(),
            new Sessions(settings.sessionsMax(), core.metrics()),
            new Counters(core.metrics()),
            core.clock());
  }

  /**
   * The parts of the core that the edge works with.
   *
   * @param apps the apps
   * @param router brings messages to subscribers; lanes 0 to {@link MqttSettings#loopCount} - 1 are
   *     the edge's
   * @param groups takes the messages of groups
   * @param metrics where the edge counts
   * @param origins which web pages may connect
   * @param clock the time of expiries
   */
  public record Core(
      Apps apps,
      Router router,
      GroupCommands groups,
      Metrics metrics,
      Origins origins,
      InstantSource clock) {}

  /**
   * Starts the event loops and listens.
   *
   * @throws IOException naming the key of the configuration, the address and the reason if a port
   *     cannot be had; everything opened so far is closed then
   */
  public synchronized void start() throws IOException {
    EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            settings.loopCount(),
            new DefaultThreadFactory("herald-mqtt"),
            Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    group = loops;
    lanes = new Lanes(loops, broker.clock());
    for (LoopLane lane : lanes.all()) {
      router.addLane(lane);
      lane.start();
    }
    var _ =
        loops
            .next()
            .scheduleAtFixedRate(
                this::removeExpired,
                RETAINED_SWEEP_SECONDS,
                RETAINED_SWEEP_SECONDS,
                TimeUnit.SECONDS);
    try {
      mqttPort = listen("mqtt.port", settings.port(), this::addMqtt);
      wsPort = listen("ws.port", wsSettings.port(), this::addWebSocket);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /** Returns the lanes, once started. */
  synchronized List<LoopLane> lanes() {
    return lanes == null ? List.of() : lanes.all();
  }

  /** Returns the port MQTT is served on, once started. */
  public synchronized int mqttPort() {
    return mqttPort;
  }

  /** Returns the port MQTT over WebSocket is served on, once started. */
  public synchronized int wsPort() {
    return wsPort;
  }

  /**
   * Stops listening, tells every client that the server stops, and returns when all is closed or 3
   * s have passed.
   */
  @Override
  public synchronized void close() {
    EventLoopGroup loops = group;
    if (loops == null || lanes == null) {
      return;
    }
    group = null;
    listeners.forEach(listener -> listener.close().awaitUninterruptibly());
    CountDownLatch told = new CountDownLatch(lanes.all().size());
    for (LoopLane lane : lanes.all()) {
      lane.execute(() -> {
        lane.closeAll();
        told.countDown();
      });
    }
    try {
      boolean _ = told.await(STOP_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    loops
        .shutdownGracefully(50, STOP_SECONDS_MAX * 1000L, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(STOP_SECONDS_MAX, TimeUnit.SECONDS);
  }

  private int listen(String key, int port, Consumer<Channel> initializer) throws IOException {
    for (int tries = 1; ; tries++) {
      List<Channel> opened = new ArrayList<>();
      int actual = port;
      try {
        for (InetAddress address : addresses) {
          Channel listener = bind(key, new InetSocketAddress(address, actual), initializer);
          opened.add(listener);
          actual = ((InetSocketAddress) listener.localAddress()).getPort();
        }
        listeners.addAll(opened);
        return actual;
      } catch (IOException e) {
        opened.forEach(listener -> listener.close().awaitUninterruptibly());
        // a port that is free on one address may be taken on the next
        if (port != 0 || tries == EPHEMERAL_TRIES) {
          throw e;
        }
      }
    }
  }

  private Channel bind(String key, InetSocketAddress address, Consumer<Channel> initializer)
      throws IOException {
    Class<? extends ServerSocketChannel> type =
        Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    ChannelFuture bound =
        new ServerBootstrap()
            .group(group)
            .channel(type)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            // Connection closes, when it has answered what came before
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .childHandler(new Initializer(initializer))
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          key
              + ": cannot listen on "
              + address.getAddress().getHostAddress()
              + " port "
              + address.getPort()
              + ": "
              + reason(bound.cause()),
          bound.cause());
    }
    return bound.channel();
  }

  private static String reason(@Nullable Throwable cause) {
    String message = cause == null ? null : cause.getMessage();
    if (message == null) {
      return "unknown reason";
    }
    return message.contains("in use") ? "the address is in use by another process" : message;
  }

  /** Returns what makes a channel of these loops an MQTT connection. */
  ChannelHandler mqttInitializer() {
    return new Initializer(this::addMqtt);
  }

  private void addMqtt(Channel channel) {
    channel.pipeline().addLast(new Connection(broker, laneOf(channel), channel, false));
  }

  private void addWebSocket(Channel channel) {
    WebSocketServerProtocolConfig config =
        WebSocketServerProtocolConfig.newBuilder()
            .websocketPath(WsGate.PATH)
            .checkStartsWith(true)
            .subprotocols(WsGate.SUBPROTOCOL)
            .handleCloseFrames(false)
            .maxFramePayloadLength(settings.packetBytesMax() + HANDSHAKE_BYTES_MAX)
            .handshakeTimeoutMillis(settings.connectTimeout().toMillis())
            .build();
    channel
        .pipeline()
        .addLast(
            new HttpServerCodec(),
            new HttpObjectAggregator(HANDSHAKE_BYTES_MAX),
            new WsGate(origins),
            new WebSocketServerProtocolHandler(config),
            new WsFrames(),
            new Connection(broker, laneOf(channel), channel, true));
  }

  private void removeExpired() {
    long nowMs = broker.clock().millis();
    broker.apps().all().forEach(app -> app.retained().removeExpired(nowMs));
  }

  private LoopLane laneOf(Channel channel) {
    Lanes present = lanes;
    if (present == null) {
      throw new IllegalStateException("not started");
    }
    return present.of(channel.eventLoop());
  }

  /** Counts a connection while it is open, and closes it at once when there are too many. */
  private final class Initializer extends ChannelInitializer<Channel> {
    private final Consumer<Channel> pipeline;

    Initializer(Consumer<Channel> pipeline) {
      this.pipeline = pipeline;
    }

    @Override
    protected void initChannel(Channel channel) {
      Counters counters = broker.counters();
      if (counters.connections.incrementAndGet() > settings.connectionsMax()) {
        counters.connections.decrementAndGet();
        counters.refused.increment();
        var _ = channel.close();
        return;
      }
      counters.accepted.increment();
      var _ = channel.closeFuture().addListener(closed -> counters.connections.decrementAndGet());
      pipeline.accept(channel);
    }
  }
}
