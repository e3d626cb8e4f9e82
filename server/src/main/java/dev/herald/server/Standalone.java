package dev.herald.server;

import dev.herald.console.Console;
import dev.herald.core.app.Permissions;
import dev.herald.core.error.HeraldException;
import dev.herald.core.metric.Metrics;
import dev.herald.core.registry.Registry;
import dev.herald.core.relay.RelayKeeper;
import dev.herald.core.relay.RelayStore;
import dev.herald.core.store.Store;
import dev.herald.core.tls.Certificates;
import dev.herald.http.ClientJson;
import dev.herald.http.GroupEventJson;
import dev.herald.http.HttpEdge;
import dev.herald.http.Hub;
import dev.herald.http.JsonRequests;
import dev.herald.http.ReadinessCheck;
import dev.herald.http.ServerInfo;
import dev.herald.mqtt.MemoryReading;
import dev.herald.mqtt.MqttEdge;
import dev.herald.server.config.HeraldConfig;
import dev.herald.sql.SqliteRelayStore;
import dev.herald.sql.SqliteStore;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A whole server in one process: the place where every part is made, in the order of their needs.
 *
 * <p>Started and closed by one thread.
 */
final class Standalone implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Standalone.class);

  private static final String NODE = "standalone";

  private final HeraldConfig config;
  private final String version;
  private final InstantSource clock = InstantSource.system();
  private final Deque<Part> started = new ArrayDeque<>();
  private final long startedAtMs = clock.millis();
  private volatile @Nullable Endpoints endpoints;
  private @Nullable Path dataPath;
  private long startupMs;

  /**
   * A server that is not started.
   *
   * @param config its configuration
   * @param version the version it tells
   */
  Standalone(HeraldConfig config, String version) {
    this.config = config;
    this.version = version;
  }

  /**
   * Starts every part. When it returns the server answers on all its ports.
   *
   * @throws StartException if a part cannot start; what was started before is closed again
   */
  void start() throws StartException {
    try {
      startParts();
    } catch (StartException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private void startParts() throws StartException {
    DataDirectory data = opened("data", DataDirectory.open(config.data()));
    Metrics metrics = new Metrics();
    Store store = opened("store", new SqliteStore(data.path(), config.store(), metrics));
    startStore(store);
    Core core = opened("core", new Core(store, clock, metrics, config, self()));
    core.start();
    Certificates certificates = certificates(metrics);
    List<InetAddress> addresses = presentAddresses();
    RelayKeeper relay = config.relay().persist() ? relayKeeper(data, core, metrics) : null;
    MqttEdge mqtt = opened("mqtt", mqttEdge(core, addresses, metrics, certificates, relay));
    startListening(mqtt::start);
    endpoints = endpoints(addresses, mqtt, config.http().port(), 0);
    HttpEdge http = opened("http", httpEdge(core, store, addresses, mqtt, metrics, certificates));
    startListening(http::start);
    endpoints = endpoints(addresses, mqtt, http.port(), http.httpsPort());
    core.membership().announce(self());
    dataPath = data.path();
    startupMs = clock.millis() - jvmStartMs();
    LOG.info(
        "server.started version={} {} startupMs={}", version, endpoints.keyValues(), startupMs);
  }

  private static Endpoints endpoints(
      List<InetAddress> addresses, MqttEdge mqtt, int httpPort, int httpsPort) {
    return new Endpoints(
        addresses,
        mqtt.mqttPort(),
        mqtt.wsPort(),
        httpPort,
        mqtt.mqttsPort(),
        mqtt.wssPort(),
        httpsPort);
  }

  private @Nullable Certificates certificates(Metrics metrics) throws StartException {
    if (!config.tls().isOn()) {
      return null;
    }
    Certificates made = opened("tls", new Certificates(config.tls(), metrics, clock));
    try {
      made.start();
    } catch (IOException e) {
      throw new StartException(String.valueOf(e.getMessage()), e);
    }
    return made;
  }

  private static void startStore(Store store) throws StartException {
    try {
      store.start();
    } catch (HeraldException e) {
      throw new StartException(e.detail(), e);
    }
  }

  /** This node as others know it; with its ports once it listens. */
  private Registry.Node self() {
    Endpoints at = endpoints;
    return new Registry.Node(
        NODE,
        config.bindAddresses().getFirst().getHostAddress(),
        version,
        at == null ? 0 : at.mqttPort(),
        at == null ? 0 : at.wsPort(),
        at == null ? 0 : at.httpPort(),
        startedAtMs);
  }

  private RelayKeeper relayKeeper(DataDirectory data, Core core, Metrics metrics)
      throws StartException {
    RelayStore store = new SqliteRelayStore(data.path(), metrics);
    RelayKeeper keeper =
        opened("relay", new RelayKeeper(store, core.apps(), config.relay(), metrics, clock));
    try {
      store.start();
    } catch (HeraldException e) {
      throw new StartException(e.detail(), e);
    }
    return keeper;
  }

  private MqttEdge mqttEdge(
      Core core,
      List<InetAddress> addresses,
      Metrics metrics,
      @Nullable Certificates certificates,
      @Nullable RelayKeeper relay) {
    var parts =
        new MqttEdge.Core(
            core.apps(),
            core.router(),
            core.commands(),
            new JsonRequests(core.commands()),
            core.laneQueries(),
            core.chats(),
            new MqttEdge.ClientParts(
                core.notifications(), core.presence(), new ClientJson(), Permissions.OPEN),
            GroupEventJson::encode,
            metrics,
            config.origins(),
            clock,
            new MemoryReading(),
            certificates,
            relay);
    return new MqttEdge(config.mqtt(), config.ws(), addresses, parts);
  }

  private HttpEdge httpEdge(
      Core core,
      Store store,
      List<InetAddress> addresses,
      MqttEdge mqtt,
      Metrics metrics,
      @Nullable Certificates certificates) {
    var hub =
        new Hub(
            core.commands(),
            core.queries(),
            core.notifications(),
            core.presence(),
            core.apps(),
            core.chats(),
            core.router(),
            core.ledger(),
            mqtt.clients(),
            config.mqtt().loopCount(),
            metrics,
            config.origins());
    var checks =
        List.of(
            new ReadinessCheck("store does not work", store::check),
            new ReadinessCheck(
                "memory is short, no new MQTT clients are accepted", () -> mqtt.memoryStep() == 0));
    var console = new ConsoleAssets(Console.load());
    return new HttpEdge(config.http(), addresses, hub, this::info, checks, console, certificates);
  }

  private ServerInfo info() {
    Endpoints at = endpoints();
    return new ServerInfo(
        version,
        NODE,
        startedAtMs,
        at.mqttPort(),
        at.wsPort(),
        at.httpPort(),
        at.mqttsPort(),
        at.wssPort(),
        at.httpsPort());
  }

  private static void startListening(Listening edge) throws StartException {
    try {
      edge.start();
    } catch (HeraldException e) {
      throw new StartException(e.detail(), e);
    } catch (IOException e) {
      throw new StartException(
          e.getMessage() + "; stop what listens there, or set the key to another port (0: any)", e);
    }
  }

  /**
   * Stops every part, the last started first: no new clients, the present ones are told, what is
   * acknowledged is on disk.
   */
  @Override
  public void close() {
    while (!started.isEmpty()) {
      Part part = started.pop();
      try {
        part.resource.close();
      } catch (Exception e) {
        LOG.error("server.stop_failed part={}", part.name, e);
      }
    }
  }

  /** Where it listens. Only once started. */
  Endpoints endpoints() {
    return present(endpoints);
  }

  /** The data directory, absolute. Only once started. */
  Path dataPath() {
    return present(dataPath);
  }

  /** The version it tells. */
  String version() {
    return version;
  }

  /** How long the process took to get ready, in milliseconds, the JVM's own start included. */
  long startupMs() {
    return startupMs;
  }

  /** When the JVM started: the process may be older, as it was the launcher's shell before. */
  private static long jvmStartMs() {
    return ManagementFactory.getRuntimeMXBean().getStartTime();
  }

  private <T extends AutoCloseable> T opened(String name, T resource) {
    started.push(new Part(name, resource));
    return resource;
  }

  /** The addresses to bind; an IPv6 loopback that the machine lacks is left out. */
  private List<InetAddress> presentAddresses() throws StartException {
    List<InetAddress> all = config.bindAddresses();
    List<InetAddress> present = all.stream().filter(Standalone::isPresent).toList();
    if (present.isEmpty()) {
      throw new StartException("no address of bind (HERALD_BIND) is present: " + config.bind());
    }
    if (present.size() < all.size()) {
      LOG.info("bind.left_out bound={} configured={}", present, config.bind());
    }
    return present;
  }

  private static boolean isPresent(InetAddress address) {
    try {
      return !address.isLoopbackAddress()
          || address.getAddress().length == 4
          || NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException e) {
      return false;
    }
  }

  private static <T> T present(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("the server is not started");
    }
    return value;
  }

  /** What an edge does to listen; the message of its failure names the key and the address. */
  private interface Listening {
    void start() throws IOException;
  }

  private record Part(String name, AutoCloseable resource) {}
}
