package dev.herald.http;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.metric.NoopMeterRegistry;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import dev.herald.core.route.ThreadLane;
import dev.herald.core.tls.Certificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP edge: the group-message contract with its gateways, health and metrics, the console and
 * the description of the API, on one port, and on one more with TLS where there is a certificate.
 * What may block runs on virtual threads.
 */
public final class HttpEdge implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpEdge.class);

  /** How long there must be no request before the server stops; with none it would not wait. */
  private static final Duration STOP_QUIET = Duration.ofMillis(20);

  private static final Duration STOP_TIMEOUT = Duration.ofMillis(1500);
  private static final int REQUEST_LINE_BYTES_MAX = 64 << 10;
  private static final int HEADER_BYTES_MAX = 16 << 10;
  private static final int EPHEMERAL_TRIES = 20;

  private final HttpSettings settings;
  private final List<InetAddress> addresses;
  private final Hub hub;
  private final ThreadLane lane;
  private final Gateways gateways;
  private final EventWaits waits;
  private final HttpConsumers consumers;
  private final MetricsExport export;
  private final VirtualThreads threads = new VirtualThreads();
  private final ErrorAnswers errors;
  private final @Nullable Certificates certificates;
  private final List<Endpoint> endpoints;
  private volatile @Nullable Server server;
  private @Nullable ScheduledFuture<?> sweep;
  private int port;
  private int httpsPort;

  /**
   * Makes an edge that is not started.
   *
   * @param settings port and limits
   * @param addresses the addresses to listen on, at least one
   * @param hub the parts of the core it works with
   * @param info what it tells about the server; called for each request
   * @param checks what must work for the server to be ready
   * @param console the console's files
   * @param certificates what HTTPS shows, started; null for no HTTPS
   */
  public HttpEdge(
      HttpSettings settings,
      List<InetAddress> addresses,
      Hub hub,
      Supplier<ServerInfo> info,
      List<ReadinessCheck> checks,
      Assets console,
      @Nullable Certificates certificates) {
    this.settings = settings;
    this.certificates = certificates;
    this.addresses = List.copyOf(addresses);
    this.hub = hub;
    this.lane = new ThreadLane(hub.lane(), "herald-http-lane");
    this.gateways = new Gateways(hub, settings.gateway(), lane);
    this.waits = new EventWaits(hub, lane, settings.eventWaitsMax());
    this.consumers = new HttpConsumers(hub, settings.consumer(), lane, InstantSource.system());
    this.export = new MetricsExport(hub.metrics());
    this.errors = new ErrorAnswers();
    hub.metrics()
        .gauge("herald_http_connections", "Connections of HTTP and gateways.", this::connections);
    OperatorApi operator = new OperatorApi(info, List.copyOf(checks), export);
    this.endpoints =
        Endpoints.all(hub, settings, gateways, waits, consumers, operator, new Pages(console));
  }

  /**
   * Binds every address and starts to serve.
   *
   * @throws IOException if an address cannot be bound, with a sentence for the operator
   */
  public synchronized void start() throws IOException {
    if (server != null) {
      throw new IllegalStateException("started before");
    }
    hub.router().addLane(lane);
    lane.start();
    export.start();
    errors.endpoints(endpoints);
    server = bind();
    port = server.activeLocalPort(SessionProtocol.HTTP);
    httpsPort = certificates == null ? 0 : server.activeLocalPort(SessionProtocol.HTTPS);
    sweep = threads.scheduleWithFixedDelay(this::sweep, 1, 1, TimeUnit.SECONDS);
    LOG.info("http.started port={}", port);
  }

  /** Returns the port that is bound; 0 before the start. */
  public synchronized int port() {
    return port;
  }

  /** Returns the port of HTTPS that is bound; 0 before the start, and without a certificate. */
  public synchronized int httpsPort() {
    return httpsPort;
  }

  /** Returns how many connections are open; never waits, as a start or stop may take a while. */
  private long connections() {
    Server running = server;
    return running == null ? 0 : running.numConnections();
  }

  private void sweep() {
    gateways.sweep();
    consumers.sweep();
  }

  /** Returns the members of consumer groups that it has. */
  HttpConsumers consumers() {
    return consumers;
  }

  /** Returns everything it answers. */
  List<Endpoint> endpoints() {
    return endpoints;
  }

  /**
   * Tells gateways that the server stops (WebSocket status 1001), ends what waits, lets requests
   * under way finish for at most 1.5 seconds, and stops. Returns when it has.
   */
  @Override
  public synchronized void close() {
    if (sweep != null) {
      sweep.cancel(false);
    }
    gateways.stop();
    waits.stop();
    consumers.stop();
    if (server != null) {
      server.stop().join();
    }
    lane.close();
    export.close();
    threads.shutdown();
  }

  /** With port 0 and several addresses, all must get the port that the system picks for one. */
  private Server bind() throws IOException {
    int securePort = certificates == null ? -1 : certificates.settings().httpPort();
    boolean pick = addresses.size() > 1 && (settings.port() == 0 || securePort == 0);
    for (int tries = 1; ; tries++) {
      int wanted = pick && settings.port() == 0 ? freePort(addresses.getFirst()) : settings.port();
      int wantedSecure = pick && securePort == 0 ? freePort(addresses.getFirst()) : securePort;
      Server candidate = build(wanted, wantedSecure);
      try {
        candidate.start().join();
        return candidate;
      } catch (CompletionException e) {
        candidate.stop().join();
        if (!pick || tries == EPHEMERAL_TRIES) {
          throw cannotBind(wanted, wantedSecure, e);
        }
      }
    }
  }

  private static int freePort(InetAddress address) throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(address, 0));
      return socket.getLocalPort();
    }
  }

  private IOException cannotBind(int wanted, int wantedSecure, CompletionException failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return new IOException(
        "http.port "
            + wanted
            + (certificates == null ? "" : " or tls.httpPort " + wantedSecure)
            + " cannot be bound on "
            + String.join(", ", addresses.stream().map(InetAddress::getHostAddress).toList())
            + ": "
            + cause.getMessage(),
        cause);
  }

  private Server build(int wantedPort, int wantedSecurePort) {
    ServerBuilder builder = Server.builder();
    addresses.forEach(address -> builder.http(new InetSocketAddress(address, wantedPort)));
    if (certificates != null) {
      addresses.forEach(address -> builder.https(new InetSocketAddress(address, wantedSecurePort)));
      new Https(certificates).addTo(builder);
    }
    builder
        .maxNumConnections(settings.connectionsMax())
        .maxRequestLength((long) settings.requestBytesMax() + Body.DROPPED_BYTES_MAX)
        .requestTimeout(settings.requestTimeout())
        .http1MaxInitialLineLength(REQUEST_LINE_BYTES_MAX)
        .http1MaxHeaderSize(HEADER_BYTES_MAX)
        .http2MaxHeaderListSize(REQUEST_LINE_BYTES_MAX + HEADER_BYTES_MAX)
        .gracefulShutdownTimeout(STOP_QUIET, STOP_TIMEOUT)
        .blockingTaskExecutor(threads, false)
        .meterRegistry(NoopMeterRegistry.get())
        .unloggedExceptionsReportInterval(Duration.ZERO)
        .disableServerHeader()
        .errorHandler(errors)
        .decorator(new Guard(hub.origins(), hub.metrics()));
    for (Endpoint endpoint : endpoints) {
      var route = builder.route().path(endpoint.path());
      if (endpoint.isWebSocket()) {
        route.methods(HttpMethod.GET, HttpMethod.CONNECT).build(endpoint.service());
      } else if (endpoint.method() == HttpMethod.GET) {
        route.methods(HttpMethod.GET, HttpMethod.HEAD).build(endpoint.service());
      } else {
        route.methods(endpoint.method()).build(endpoint.service());
      }
    }
    builder.route().pathPrefix("/").build(errors::noEndpoint);
    return builder.build();
  }
}
