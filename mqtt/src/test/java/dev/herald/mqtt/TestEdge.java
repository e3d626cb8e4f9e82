package dev.herald.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.core.app.Apps;
import dev.herald.core.app.Permissions;
import dev.herald.core.bus.InProcessBus;
import dev.herald.core.bus.Nodes;
import dev.herald.core.chat.ChatEvent;
import dev.herald.core.chat.ChatSettings;
import dev.herald.core.chat.Chats;
import dev.herald.core.chat.Seat;
import dev.herald.core.client.Clients;
import dev.herald.core.client.NotificationSettings;
import dev.herald.core.config.PerApp;
import dev.herald.core.config.SettingTree;
import dev.herald.core.consumer.ConsumerSettings;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupCommand;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupKey;
import dev.herald.core.group.GroupApplier;
import dev.herald.core.group.GroupCommands;
import dev.herald.core.group.GroupFeed;
import dev.herald.core.group.GroupLedger;
import dev.herald.core.group.GroupQueries;
import dev.herald.core.group.GroupSettings;
import dev.herald.core.group.LaneQueries;
import dev.herald.core.group.LedgerSettings;
import dev.herald.core.id.MessageIds;
import dev.herald.core.journal.EmbeddedJournal;
import dev.herald.core.journal.Journal;
import dev.herald.core.metric.Metrics;
import dev.herald.core.registry.EmbeddedRegistry;
import dev.herald.core.registry.Membership;
import dev.herald.core.registry.Registry;
import dev.herald.core.relay.RelayKeeper;
import dev.herald.core.relay.RelaySettings;
import dev.herald.core.route.Router;
import dev.herald.core.tls.Certificates;
import dev.herald.core.tls.TlsSettings;
import dev.herald.core.web.Origins;
import dev.herald.testkit.ClientCore;
import dev.herald.testkit.ModelRelayStore;
import dev.herald.testkit.ModelStore;
import dev.herald.testkit.MutableClock;
import dev.herald.testkit.WordDocuments;
import dev.herald.testkit.WordRequests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A real edge on free loopback ports with the real router, journal and groups behind it; the stores
 * are in memory, and the clock stands still.
 */
final class TestEdge implements AutoCloseable {
  final MutableClock clock;
  final ModelRelayStore.Place place;
  final ModelStore.Place kept;
  final ReadGate reads;
  final Metrics metrics = new Metrics();
  final StoreGate store;
  final Router router;
  private final GivenMemory memory = new GivenMemory();

  private final MqttEdge edge;
  private final @Nullable Certificates certificates;
  private final EmbeddedJournal journal;
  private final AtomicInteger encoded = new AtomicInteger();
  private final GroupFeed feed;
  private final LaneQueries queries;
  private final Membership membership;
  private final Chats chats;
  private final ClientCore clients;
  private volatile Permissions.@Nullable Action forbidden;
  private boolean closed;

  /** Starts an edge with two loops and the settings given: name, value, name, value... */
  TestEdge(String... settings) {
    this((TlsSettings) null, settings);
  }

  /** Starts an edge that listens with TLS as well, if there is a certificate. */
  TestEdge(@Nullable TlsSettings tls, String... settings) {
    this(
        new ModelRelayStore.Place(),
        new ModelStore.Place(),
        MutableClock.atMs(1_800_000_000_000L),
        tls,
        null,
        settings);
  }

  /** Starts an edge that is a node among others. */
  TestEdge(Cluster cluster, String... settings) {
    this(
        new ModelRelayStore.Place(),
        new ModelStore.Place(),
        cluster.clock,
        null,
        cluster,
        settings);
  }

  /** Starts an edge that finds what another left. */
  TestEdge(
      ModelRelayStore.Place place,
      ModelStore.Place groups,
      MutableClock clock,
      String... settings) {
    this(place, groups, clock, null, null, settings);
  }

  private TestEdge(
      ModelRelayStore.Place place,
      ModelStore.Place kept,
      MutableClock clock,
      @Nullable TlsSettings tls,
      @Nullable Cluster shared,
      String... settings) {
    this.place = place;
    this.kept = kept;
    this.clock = clock;
    Map<String, String> given = withDefaults(pairs(settings));
    MqttSettings mqtt = settings(MqttSettings.class, given);
    WsSettings ws = settings(WsSettings.class, given);
    this.router = new Router(mqtt.loopCount());
    Cluster cluster = shared == null ? new Cluster(clock) : shared;
    InProcessBus bus = cluster.bus;
    this.membership = new Membership(cluster.registry, cluster.node(null));
    this.chats = chats(bus, settings(ChatSettings.class, given));
    NotificationSettings notifying = settings(NotificationSettings.class, given);
    Clients.Shared ofClients = ClientCore.shared(notifying, bus, metrics, clock);
    Apps apps = apps(mqtt, settings(ConsumerSettings.class, given), ofClients);
    this.clients = clients(bus, apps);
    ModelStore model = new ModelStore(kept);
    model.start();
    this.reads = new ReadGate();
    this.store = new StoreGate(applier(model, bus));
    this.journal = new EmbeddedJournal(metrics);
    journal.start(store);
    GroupLedger ledger = new GroupLedger(new LedgerSettings(0), 0, clock, metrics);
    this.feed = new GroupFeed(bus, apps, router, this::encode, ledger);
    feed.start();
    GroupCommands groups = new GroupCommands(journal, new MessageIds(0, clock, model.greatestId()));
    this.queries = new LaneQueries(new GroupQueries(reads.over(model)), 2);
    this.certificates = tls == null ? null : new Certificates(tls, metrics, InstantSource.system());
    RelayKeeper keeper = keeper(apps, settings(RelaySettings.class, given));
    this.edge =
        new MqttEdge(
            mqtt,
            ws,
            List.of(InetAddress.getLoopbackAddress()),
            new MqttEdge.Core(
                apps,
                router,
                groups,
                new WordRequests(groups),
                queries,
                chats,
                clientParts(),
                this::encode,
                metrics,
                new Origins(List.of(), false),
                clock,
                memory,
                certificates,
                keeper));
    start(certificates, edge);
    membership.announce(cluster.node(edge));
  }

  private GroupApplier applier(ModelStore model, InProcessBus bus) {
    GroupSettings settings = new GroupSettings(PerApp.all(Duration.ofMinutes(2)));
    return new GroupApplier(model, bus, clock, settings, metrics);
  }

  private Chats chats(InProcessBus bus, ChatSettings settings) {
    Chats made = new Chats(membership, bus, router, settings, TestEdge::encode, clock, metrics);
    made.start();
    return made;
  }

  /** What nodes have in common. */
  static final class Cluster {
    final MutableClock clock;
    final EmbeddedRegistry registry;
    final InProcessBus bus = new InProcessBus();
    private int nodes;

    Cluster(MutableClock clock) {
      this.clock = clock;
      this.registry = new EmbeddedRegistry(clock);
    }

    /** Names the next node, or the last one again once it listens. */
    private Registry.Node node(@Nullable MqttEdge of) {
      nodes += of == null ? 1 : 0;
      return new Registry.Node(
          "node-" + nodes,
          "127.0.0.1",
          "1",
          of == null ? 0 : of.mqttPort(),
          of == null ? 0 : of.wsPort(),
          0,
          1);
    }
  }

  /** Encodes an event of a chat as a line: what, its number, whom it is about, how many are in. */
  private static byte[] encode(ChatEvent event) {
    Seat.Who who = event.who();
    return (event.kind().word()
            + ' '
            + event.seq()
            + ' '
            + (who == null ? "-" : who.clientId())
            + ' '
            + event.participants())
        .getBytes(StandardCharsets.UTF_8);
  }

  /** The chats of this node. */
  Chats chats() {
    return chats;
  }

  /** This node in the registry. */
  Membership membership() {
    return membership;
  }

  private static void start(@Nullable Certificates certificates, MqttEdge edge) {
    try {
      if (certificates != null) {
        certificates.start();
      }
      edge.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private RelayKeeper keeper(Apps apps, RelaySettings settings) {
    ModelRelayStore relay = new ModelRelayStore(place);
    relay.start();
    return new RelayKeeper(relay, apps, settings, metrics, clock);
  }

  private static Map<String, String> withDefaults(Map<String, String> given) {
    given.putIfAbsent("port", "0");
    given.putIfAbsent("loops", "2");
    given.putIfAbsent("stopMax", "5s");
    return given;
  }

  private MqttEdge.ClientParts clientParts() {
    return new MqttEdge.ClientParts(
        clients.notifications(), clients.presence(), new WordDocuments(), this::allows);
  }

  private ClientCore clients(InProcessBus bus, Apps apps) {
    return new ClientCore(bus, Nodes.only("0"), apps, router, this::allows, new WordDocuments());
  }

  private boolean allows(Permissions.Caller caller, Permissions.Action action) {
    return !action.equals(forbidden);
  }

  /** Has nobody be allowed to do something; everybody everything for null. */
  void forbid(Permissions.@Nullable Action action) {
    forbidden = action;
  }

  private Apps apps(MqttSettings mqtt, ConsumerSettings consumers, Clients.Shared shared) {
    Apps.Limits limits =
        new Apps.Limits(mqtt.retainedMessagesMax(), mqtt.retainedBytesMax(), consumers);
    return new Apps(router, limits, metrics, shared);
  }

  private static Map<String, String> pairs(String... settings) {
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      given.put(settings[i], settings[i + 1]);
    }
    return given;
  }

  /** Makes TLS settings with free ports: name, value, name, value... */
  static TlsSettings tls(String... settings) {
    Map<String, String> given = pairs(settings);
    given.put("mqttPort", "0");
    given.put("wsPort", "0");
    return settings(TlsSettings.class, given);
  }

  private static <T extends Record> T settings(Class<T> type, Map<String, String> given) {
    return SettingTree.of(type)
        .build(
            key -> {
              String value = given.get(key.path());
              return value == null ? key.defaultValue() : key.parse(value);
            },
            (section, refusal) -> {
              throw refusal;
            });
  }

  /** Encodes an event as a line that begins with its number. */
  private byte[] encode(GroupEvent event) {
    encoded.incrementAndGet();
    return lineOf(event).getBytes(StandardCharsets.UTF_8);
  }

  /** Returns how many events were encoded. */
  int encoded() {
    return encoded.get();
  }

  static String lineOf(GroupEvent event) {
    return event.seq()
        + " "
        + switch (event) {
          case GroupEvent.Created created ->
              created.message().userId()
                  + " "
                  + created.message().type()
                  + " "
                  + created.message().content();
          case GroupEvent.Recalled recalled ->
              "recalled by " + recalled.tombstone().userId() + ": " + recalled.tombstone().cause();
          case GroupEvent.NoticePublished notice -> "notice " + notice.notice().title();
          case GroupEvent.NoticeDeleted deleted -> "deleted by " + deleted.tombstone().userId();
        };
  }

  /** Removes the events of a group of the default app up to a number. */
  void prune(String groupId, long upToSeq) {
    var _ =
        journal
            .append(new GroupCommand.Prune(new GroupKey(Identity.DEFAULT_APP, groupId), upToSeq))
            .toCompletableFuture()
            .join();
  }

  MqttEdge edge() {
    return edge;
  }

  int port() {
    return edge.mqttPort();
  }

  int wsPort() {
    return edge.wsPort();
  }

  int tlsPort() {
    return edge.mqttsPort();
  }

  int wssPort() {
    return edge.wssPort();
  }

  /** Connects a client with a clean start, on whichever loop is next. */
  RawClient client(int version, String clientId) {
    return client(Wire.hello(version, clientId));
  }

  /** Connects a client that must be accepted. */
  RawClient client(Wire.Hello hello) {
    RawClient client = RawClient.connect(port(), hello);
    assertThat(client.connack().code()).isZero();
    return client;
  }

  /** Opens a connection that sends nothing by itself. */
  RawClient open(int version) {
    return RawClient.open(port(), version);
  }

  /** Lets time pass: the clock moves, and every lane sweeps once for each second. */
  void pass(int seconds) {
    pass(null, seconds);
  }

  /** Lets time pass for all lanes but one. */
  void pass(@Nullable LoopLane busy, int seconds) {
    clock.advance(Duration.ofSeconds(seconds));
    membership.renew();
    for (int i = 0; i < seconds; i++) {
      edge.tickConsumers();
    }
    List<LoopLane> passing = edge.lanes().stream().filter(lane -> lane != busy).toList();
    CountDownLatch swept = new CountDownLatch(passing.size());
    for (LoopLane lane : passing) {
      lane.execute(() -> {
        for (int i = 0; i < seconds; i++) {
          lane.sweep();
        }
        swept.countDown();
      });
    }
    try {
      assertThat(swept.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the lane of a client's session, in the app of clients that name none. */
  LoopLane laneOf(String clientId) {
    Session session = edge.session(new Sessions.Key(Identity.DEFAULT_APP, clientId));
    if (session == null) {
      throw new AssertionError("no session of " + clientId);
    }
    return session.loopLane();
  }

  /** Has memory be so full, and the server look at it. */
  void memory(int percent) {
    memory.percent.set(percent);
    edge.lookAtMemory();
  }

  /** Returns how often memory was to be collected. */
  int collections() {
    return memory.collections.get();
  }

  int memoryStep() {
    return edge.memoryStep();
  }

  long limit(String setting) {
    return metric("herald_mqtt_limits_total", setting);
  }

  /** Returns a metric's value; of a counter with a label, that of the label's value. */
  long metric(String name, String label) {
    return metrics.all().stream()
        .filter(metric -> metric.name().equals(name))
        .filter(metric ->
            !(metric instanceof Metrics.Counter counter) || counter.labelValue().equals(label))
        .mapToLong(Metrics.Metric::value)
        .findFirst()
        .orElseThrow();
  }

  long metric(String name) {
    return metric(name, "");
  }

  long dropped(String reason) {
    return metric("herald_mqtt_messages_dropped_total", reason);
  }

  long connections() {
    return metric("herald_mqtt_connections");
  }

  long sessions() {
    return metric("herald_mqtt_sessions");
  }

  void awaitMetric(String name, long value) {
    await(name).until(() -> metric(name) == value);
  }

  /** Awaits that so many are connected, and that every lane knows who is not any more. */
  void awaitConnections(long count) {
    awaitMetric("herald_mqtt_connections", count);
    pass(0);
    pass(0);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      store.open();
      Thread journalEnds = Thread.ofVirtual().name("journal-ends").start(journal::close);
      edge.close();
      chats.close();
      membership.close();
      queries.close();
      if (certificates != null) {
        certificates.close();
      }
      try {
        journalEnds.join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      feed.close();
      clients.close();
    }
  }

  /** Stands before the store: keeps batches waiting, or refuses them. */
  static final class StoreGate implements Journal.Applier {
    private final Journal.Applier behind;
    private final Semaphore gate = new Semaphore(1);
    private volatile @Nullable ErrorCode refusal;
    private boolean shut;

    StoreGate(Journal.Applier behind) {
      this.behind = behind;
    }

    @Override
    public List<GroupCommand.Result> apply(List<GroupCommand> batch) {
      gate.acquireUninterruptibly();
      gate.release();
      ErrorCode code = refusal;
      if (code != null) {
        throw new HeraldException(code, "refused by the test");
      }
      return behind.apply(batch);
    }

    void refuse(ErrorCode code) {
      refusal = code;
    }

    void accept() {
      refusal = null;
    }

    /** Keeps all that comes waiting. */
    synchronized void shut() {
      gate.acquireUninterruptibly();
      shut = true;
    }

    synchronized void open() {
      if (shut) {
        shut = false;
        gate.release();
      }
    }
  }
}
