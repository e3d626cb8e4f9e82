package dev.herald.mqtt;

import dev.herald.core.app.App;
import dev.herald.core.app.Apps;
import dev.herald.core.app.Permissions;
import dev.herald.core.chat.Chats;
import dev.herald.core.client.ClientDirectory;
import dev.herald.core.client.ClientDocuments;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.group.GroupCommands;
import dev.herald.core.group.GroupRequests;
import dev.herald.core.group.LaneQueries;
import dev.herald.core.metric.Metrics;
import dev.herald.core.notification.Notifications;
import dev.herald.core.presence.Presence;
import dev.herald.core.relay.RelayKeeper;
import dev.herald.core.route.Router;
import dev.herald.core.tls.Certificates;
import dev.herald.core.tls.TlsSettings;
import dev.herald.core.web.Origins;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The MQTT edge: listens on TCP and WebSocket, with and without TLS, and serves MQTT 3.1.1 and 5.0
 * to the clients of every app.
 */
public final class MqttEdge implements AutoCloseable {
  private static final int BACKLOG = 4096;
  private static final int EPHEMERAL_TRIES = 20;
  private static final int STOP_SECONDS_MAX = 3;
  private static final int RETAINED_SWEEP_SECONDS = 60;
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(64 * 1024, 256 * 1024);

  /** Sizes the buffers to read into, by what each channel read before; one for all channels. */
  private static final RecvByteBufAllocator READ_BUFFERS = new AdaptiveRecvByteBufAllocator();

  private final MqttSettings settings;
  private final WsSettings wsSettings;
  private final List<InetAddress> addresses;
  private final Router router;
  private final Origins origins;
  private final Broker broker;
  private final @Nullable Certificates certificates;
  private final @Nullable TlsHandlers tls;
  private final @Nullable RelayKeeper relay;
  private final List<Channel> listeners = new ArrayList<>();

  private @Nullable EventLoopGroup group;
  private @Nullable Lanes lanes;
  private int mqttPort;
  private int wsPort;
  private int mqttsPort;
  private int wssPort;

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
    this.certificates = core.certificates();
    this.tls = certificates == null ? null : new TlsHandlers(certificates);
    this.relay = core.relay();
    Counters counters = new Counters(core.metrics());
    this.broker =
        new Broker(
            settings,
            core.apps(),
            core.router(),
            core.groups(),
            core.requests(),
            core.queries(),
            core.chats(),
            core.clients().notifications(),
            core.clients().presence(),
            core.clients().documents(),
            core.clients().permissions(),
            core.eventJson(),
            new Sessions(settings.sessionsMax(), core.metrics()),
            counters,
            new MemoryPressure(settings.memoryHighWater(), core.memory(), core.metrics(), counters),
            core.clock());
  }

  /**
   * The parts of the core that the edge works with.
   *
   * @param apps the apps
   * @param router brings messages to subscribers; lanes 0 to {@link MqttSettings#loopCount} - 1 are
   *     the edge's
   * @param groups takes the messages of groups
   * @param requests takes the requests to groups
   * @param queries asks what groups have
   * @param chats the chats of this node
   * @param clients sends notifications and tells who is online
   * @param eventJson makes the payload in which subscribers get an event, as the feed does
   * @param metrics where the edge counts
   * @param origins which web pages may connect
   * @param clock the time of expiries
   * @param memory the process's; looked at once a second
   * @param certificates what TLS listeners show, started; null for no TLS listener
   * @param relay keeps retained messages and sessions over a restart, or null; the edge has it load
   *     before it listens, and closes it once its clients are gone
   */
  public record Core(
      Apps apps,
      Router router,
      GroupCommands groups,
      GroupRequests requests,
      LaneQueries queries,
      Chats chats,
      ClientParts clients,
      Function<GroupEvent, byte[]> eventJson,
      Metrics metrics,
      Origins origins,
      InstantSource clock,
      Memory memory,
      @Nullable Certificates certificates,
      @Nullable RelayKeeper relay) {}

  /**
   * The parts that serve notifications and presence.
   *
   * @param notifications sends notifications
   * @param presence tells who is online
   * @param documents reads and makes what clients send and are told
   * @param permissions who may do what
   */
  public record ClientParts(
      Notifications notifications,
      Presence presence,
      ClientDocuments documents,
      Permissions permissions) {}

  /**
   * Starts the event loops and listens.
   *
   * @throws IOException naming the key of the configuration, the address and the reason if a port
   *     cannot be had; everything opened so far is closed then
   * @throws dev.herald.core.error.HeraldException STORE_UNAVAILABLE with a sentence for the
   *     operator if what was kept cannot be loaded; everything opened so far is closed then
   */
  public synchronized void start() throws IOException {
    PacedIo.Factory paced =
        new PacedIo.Factory(
            Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            settings.loopCount(), new DefaultThreadFactory("herald-mqtt"), paced);
    group = loops;
    lanes = new Lanes(loops, paced, settings, broker.clock());
    for (LoopLane lane : lanes.all()) {
      router.addLane(lane);
      lane.eachSecond(() -> broker.chats().sweep(lane));
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
    var _ = loops.next().scheduleAtFixedRate(this::lookAtMemory, 1, 1, TimeUnit.SECONDS);
    var _ = loops.next().scheduleAtFixedRate(this::tickConsumers, 1, 1, TimeUnit.SECONDS);
    try {
      loadRelay(lanes.all());
      mqttPort = listen("mqtt.port", settings.port(), listener("mqtt", null, null));
      wsPort = listen("ws.port", wsSettings.port(), listener("ws", null, origins));
      if (tls != null && certificates != null) {
        TlsSettings at = certificates.settings();
        tls.start();
        mqttsPort = listen("tls.mqttPort", at.mqttPort(), listener("mqtts", tls, null));
        wssPort = listen("tls.wsPort", at.wsPort(), listener("wss", tls, origins));
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private void loadRelay(List<LoopLane> to) throws IOException {
    if (relay != null) {
      RelaySessions kept = new RelaySessions(broker, to);
      broker.sessions().keep(kept);
      try {
        relay.start(kept);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while the relay's store was read");
      }
    }
  }

  /** Returns a session, or null. */
  @Nullable Session session(Sessions.Key key) {
    return broker.sessions().find(key);
  }

  /** Returns the lanes, once started. */
  synchronized List<LoopLane> lanes() {
    return lanes == null ? List.of() : lanes.all();
  }

  /** Looks how full memory is, and ends sessions if it must. Called once a second. */
  void lookAtMemory() {
    broker.memory().look();
    if (broker.memory().endsSessions()) {
      lanes().forEach(lane -> lane.execute(() -> lane.endLargestSessions(broker.memory())));
    }
  }

  /** Returns the clients of this edge, for those who look after them. */
  public ClientDirectory clients() {
    return new SessionDirectory(broker.apps(), broker.sessions(), broker.counters());
  }

  /** Has consumer groups take back what members had for too long. Called once a second. */
  void tickConsumers() {
    broker.apps().all().forEach(app -> app.consumers().tick());
  }

  /**
   * Returns what the server does without while memory is short: 0 nothing; 1 new clients are
   * refused; 2 less is kept for slow and absent clients; 3 publishers are read less; 4 the sessions
   * that hold most are ended. Each has those before it. From any thread.
   */
  public int memoryStep() {
    return broker.memory().step();
  }

  /** Returns the port MQTT is served on, once started. */
  public synchronized int mqttPort() {
    return mqttPort;
  }

  /** Returns the port MQTT over WebSocket is served on, once started. */
  public synchronized int wsPort() {
    return wsPort;
  }

  /** Returns the port MQTT over TLS is served on, once started; 0 if there is no certificate. */
  public synchronized int mqttsPort() {
    return mqttsPort;
  }

  /**
   * Returns the port MQTT over secure WebSocket is served on, once started; 0 if there is no
   * certificate.
   */
  public synchronized int wssPort() {
    return wssPort;
  }

  /**
   * Stops listening, tells every client that the server stops, has what they leave saved, and
   * returns when all is closed or 3 s have passed, beside the time the saving may take.
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
    if (relay != null) {
      relay.close(); // while the lanes still answer
    }
    loops
        .shutdownGracefully(50, STOP_SECONDS_MAX * 1000L, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(STOP_SECONDS_MAX, TimeUnit.SECONDS);
    if (tls != null) {
      tls.close();
    }
  }

  private Listener listener(
      String name, @Nullable TlsHandlers secured, @Nullable Origins webSocketOf) {
    return new Listener(name, broker, this::laneOf, secured, webSocketOf);
  }

  private int listen(String key, int port, Listener accepting) throws IOException {
    for (int tries = 1; ; tries++) {
      List<Channel> opened = new ArrayList<>();
      int actual = port;
      try {
        for (InetAddress address : addresses) {
          Channel listener = bind(key, new InetSocketAddress(address, actual), accepting);
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

  private Channel bind(String key, InetSocketAddress address, Listener listener)
      throws IOException {
    Class<? extends ServerSocketChannel> type =
        Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    ChannelFuture bound =
        new ServerBootstrap()
            .group(group)
            .channel(type)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .handler(new AcceptGate(broker))
            // Connection closes, when it has answered what came before
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, READ_BUFFERS)
            .childHandler(listener)
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
    return listener("mqtt", null, null);
  }

  private void removeExpired() {
    long nowMs = broker.clock().millis();
    for (App app : broker.apps().all()) {
      app.retained().removeExpired(nowMs);
      app.clients().removeExpired(nowMs);
    }
  }

  private LoopLane laneOf(EventLoop loop) {
    Lanes present = lanes;
    if (present == null) {
      throw new IllegalStateException("not started");
    }
    return present.of(loop);
  }
}
