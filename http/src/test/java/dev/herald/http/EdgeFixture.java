package dev.herald.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.core.app.Apps;
import dev.herald.core.bus.InProcessBus;
import dev.herald.core.chat.ChatSettings;
import dev.herald.core.chat.Chats;
import dev.herald.core.config.PerApp;
import dev.herald.core.config.SettingTree;
import dev.herald.core.event.GroupCommand;
import dev.herald.core.event.GroupKey;
import dev.herald.core.group.GroupApplier;
import dev.herald.core.group.GroupCommands;
import dev.herald.core.group.GroupFeed;
import dev.herald.core.group.GroupLedger;
import dev.herald.core.group.GroupQueries;
import dev.herald.core.group.GroupSettings;
import dev.herald.core.group.LedgerSettings;
import dev.herald.core.id.MessageIds;
import dev.herald.core.journal.EmbeddedJournal;
import dev.herald.core.metric.Metrics;
import dev.herald.core.registry.EmbeddedRegistry;
import dev.herald.core.registry.Membership;
import dev.herald.core.registry.Registry;
import dev.herald.core.route.Router;
import dev.herald.core.route.ThreadLane;
import dev.herald.core.web.Origins;
import dev.herald.sql.SqliteStore;
import dev.herald.sql.StoreSettings;
import dev.herald.testkit.ClientCore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** A real edge before a real journal and store, on a port of its own. */
final class EdgeFixture implements AutoCloseable {
  static final long STARTED_AT_MS = 1_700_000_000_000L;
  static final int LEDGER_MAX = 1000;
  static final String PAGE = "<!doctype html><title>console</title>";

  static final HttpConsumerSettings CONSUMER = SettingTree.defaults(HttpConsumerSettings.class);

  final Metrics metrics = new Metrics();
  final AtomicBoolean listening = new AtomicBoolean(true);
  final ClientCore notifying;
  final Apps apps;
  final Router router = new Router(2);

  /** Where the test is in chats. */
  final ThreadLane lane = new ThreadLane(1, "test-lane");

  final EmbeddedRegistry registry = new EmbeddedRegistry(InstantSource.system());
  final Chats chats;
  final SqliteStore store;
  final EmbeddedJournal journal = new EmbeddedJournal(metrics);
  final InProcessBus bus = new InProcessBus();
  final FewClients clients = new FewClients();
  final GroupFeed feed;
  final GroupCommands commands;
  final HttpEdge edge;
  final HttpClient client = HttpClient.newBuilder().build();

  private final Membership membership =
      new Membership(registry, new Registry.Node("node-1", "127.0.0.1", "1", 1883, 8083, 1, 1));

  private EdgeFixture(Path data, HttpSettings settings) {
    chats =
        new Chats(
            membership,
            bus,
            router,
            SettingTree.defaults(ChatSettings.class),
            ChatEventJson::encode,
            InstantSource.system(),
            metrics);
    notifying = ClientCore.of(router, metrics, new ClientJson());
    apps = notifying.apps();
    store = new SqliteStore(data, SettingTree.defaults(StoreSettings.class), metrics);
    commands = new GroupCommands(journal, new MessageIds(1, InstantSource.system(), 0));
    GroupLedger ledger =
        new GroupLedger(new LedgerSettings(LEDGER_MAX), 0, InstantSource.system(), metrics);
    feed = new GroupFeed(bus, apps, router, GroupEventJson::encode, ledger);
    edge =
        new HttpEdge(
            settings,
            List.of(InetAddress.getLoopbackAddress()),
            new Hub(
                commands,
                new GroupQueries(store),
                notifying.notifications(),
                notifying.presence(),
                apps,
                chats,
                router,
                ledger,
                clients,
                0,
                metrics,
                new Origins(List.of("https://chat.example.com"), false)),
            this::info,
            List.of(
                new ReadinessCheck("store does not work", store::check),
                new ReadinessCheck("mqtt does not work", listening::get)),
            new OnePage(),
            null);
  }

  static EdgeFixture start(Path data) throws IOException {
    return start(data, settings(SettingTree.defaults(GatewaySettings.class)));
  }

  static EdgeFixture start(Path data, HttpSettings settings) throws IOException {
    EdgeFixture fixture = new EdgeFixture(data, settings);
    fixture.store.start();
    fixture.feed.start();
    fixture.router.addLane(fixture.lane);
    fixture.lane.start();
    fixture.chats.start();
    fixture.journal.start(
        new GroupApplier(
            fixture.store,
            fixture.bus,
            InstantSource.system(),
            new GroupSettings(PerApp.all(Duration.ofMinutes(2))),
            fixture.metrics));
    try {
      fixture.edge.start();
    } catch (IOException e) {
      fixture.close();
      throw e;
    }
    return fixture;
  }

  /** Settings with an ephemeral port. */
  static HttpSettings settings(GatewaySettings gateway) {
    return new HttpSettings(
        0, 1 << 20, Duration.ofSeconds(3), Duration.ofMinutes(1), 1000, 100, gateway, CONSUMER);
  }

  /** The same, with a time for publishes. */
  static HttpSettings publishTimeout(Duration timeout) {
    HttpSettings usual = settings(SettingTree.defaults(GatewaySettings.class));
    return new HttpSettings(
        usual.port(),
        usual.requestBytesMax(),
        usual.requestTimeout(),
        timeout,
        usual.connectionsMax(),
        usual.eventWaitsMax(),
        usual.gateway(),
        usual.consumer());
  }

  /** Sends a request whose body does not come in full; returns the first line of the answer. */
  String unfinished(String path) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), edge.port())) {
      String head =
          "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf";
      socket.getOutputStream().write(head.getBytes(UTF_8));
      return new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8)).readLine();
    }
  }

  URI uri(String pathAndQuery) {
    return URI.create("http://127.0.0.1:" + edge.port() + pathAndQuery);
  }

  HttpResponse<String> get(String pathAndQuery, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(pathAndQuery));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofString(UTF_8));
  }

  HttpResponse<String> post(String path, byte[] body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofString(UTF_8));
  }

  HttpResponse<String> json(String path, String json) throws IOException, InterruptedException {
    return post(path, json.getBytes(UTF_8), "Content-Type", "application/json");
  }

  HttpResponse<String> send(String method, String path, String json)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(uri(path)).method(method, BodyPublishers.ofString(json)).build();
    return client.send(request, BodyHandlers.ofString(UTF_8));
  }

  HttpResponse<String> create(String json) throws IOException, InterruptedException {
    return post("/chat/message/create", json.getBytes(UTF_8), "Content-Type", "application/json");
  }

  /** Removes the events of a group up to a number. */
  void prune(String appId, String groupId, long upToSeq) {
    var _ =
        journal
            .append(new GroupCommand.Prune(new GroupKey(appId, groupId), upToSeq))
            .toCompletableFuture()
            .join();
  }

  /** How many gateways the metrics tell of. */
  long gatewayCount() {
    return metric("herald_gateways");
  }

  /** How many connections the metrics tell of. */
  long connectionCount() {
    return metric("herald_http_connections");
  }

  /** How many events the metrics tell of. */
  long eventCount() {
    return metric("herald_group_events_total");
  }

  /** The value of a metric, all its labels together. */
  long metric(String name) {
    return metrics.all().stream()
        .filter(metric -> metric.name().equals(name))
        .mapToLong(Metrics.Metric::value)
        .sum();
  }

  private ServerInfo info() {
    return new ServerInfo("0.1.0", "node-1", STARTED_AT_MS, 1883, 8083, edge.port(), 8883, 8084, 0);
  }

  @Override
  public void close() {
    edge.close();
    lane.close();
    chats.close();
    membership.close();
    notifying.close();
    feed.close();
    journal.close();
    bus.close();
    store.close();
    client.close();
  }

  private static final class OnePage implements Assets {
    @Override
    public Optional<Asset> find(String path) {
      return path.isEmpty()
          ? Optional.of(
              new Asset(PAGE.getBytes(UTF_8), "text/html; charset=utf-8", "no-cache", "\"e1\""))
          : Optional.empty();
    }

    @Override
    public String contentSecurityPolicy() {
      return "default-src 'self'";
    }
  }
}
