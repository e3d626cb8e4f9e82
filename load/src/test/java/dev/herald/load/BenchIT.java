package dev.herald.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.app.Permissions;
import dev.herald.core.bus.InProcessBus;
import dev.herald.core.chat.ChatSettings;
import dev.herald.core.chat.Chats;
import dev.herald.core.config.SettingTree;
import dev.herald.core.group.GroupCommands;
import dev.herald.core.group.GroupQueries;
import dev.herald.core.group.LaneQueries;
import dev.herald.core.id.MessageIds;
import dev.herald.core.journal.EmbeddedJournal;
import dev.herald.core.metric.Metrics;
import dev.herald.core.registry.EmbeddedRegistry;
import dev.herald.core.registry.Membership;
import dev.herald.core.registry.Registry;
import dev.herald.core.route.Router;
import dev.herald.core.web.Origins;
import dev.herald.mqtt.MemoryReading;
import dev.herald.mqtt.MqttEdge;
import dev.herald.mqtt.MqttSettings;
import dev.herald.mqtt.WsSettings;
import dev.herald.testkit.ClientCore;
import dev.herald.testkit.ModelStore;
import dev.herald.testkit.WordDocuments;
import dev.herald.testkit.WordRequests;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The load tool against Herald's own MQTT edge. */
@Timeout(60)
class BenchIT {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Metrics metrics = new Metrics();
  private final MqttEdge edge = edge();

  private MqttEdge edge() {
    MqttSettings settings = settings(MqttSettings.class, Map.of("port", "0", "loops", "2"));
    WsSettings ws = settings(WsSettings.class, Map.of("port", "0"));
    InstantSource clock = InstantSource.system();
    Router router = new Router(2);
    GroupCommands groups =
        new GroupCommands(new EmbeddedJournal(metrics), new MessageIds(0, clock, 0));
    WordDocuments documents = new WordDocuments();
    ClientCore clients = ClientCore.of(router, metrics, documents);
    MqttEdge.Core core =
        new MqttEdge.Core(
            clients.apps(),
            router,
            groups,
            new WordRequests(groups),
            new LaneQueries(new GroupQueries(new ModelStore(new ModelStore.Place())), 1),
            chats(router, clock),
            new MqttEdge.ClientParts(
                clients.notifications(), clients.presence(), documents, Permissions.OPEN),
            event -> new byte[0],
            metrics,
            new Origins(List.of(), false),
            clock,
            new MemoryReading(),
            null,
            null);
    return new MqttEdge(settings, ws, List.of(InetAddress.getLoopbackAddress()), core);
  }

  private Chats chats(Router router, InstantSource clock) {
    Registry.Node node = new Registry.Node("n", "127.0.0.1", "1", 1, 1, 1, 1);
    Chats chats =
        new Chats(
            new Membership(new EmbeddedRegistry(clock), node),
            new InProcessBus(),
            router,
            SettingTree.defaults(ChatSettings.class),
            event -> "{}".getBytes(StandardCharsets.US_ASCII),
            clock,
            metrics);
    chats.start();
    return chats;
  }

  private static <T extends Record> T settings(Class<T> type, Map<String, String> given) {
    return SettingTree.of(type)
        .build(
            key ->
                given.containsKey(key.path())
                    ? key.parse(given.get(key.path()))
                    : key.defaultValue(),
            (section, problem) -> {
              throw problem;
            });
  }

  @BeforeEach
  void start() throws IOException {
    edge.start();
  }

  @AfterEach
  void stop() {
    edge.close();
  }

  private int run(int port, String line) {
    return new CommandLine(new BenchCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute((line + " --json --port " + port).split(" ", -1));
  }

  private long number(String key) {
    String json = out.toString();
    int at = json.indexOf('"' + key + "\":");
    assertThat(at).as("%s in %s", key, json).isNotNegative();
    String rest = json.substring(at + key.length() + 3);
    return Math.round(Double.parseDouble(rest.substring(0, rest.indexOf(','))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1:1 --pairs 3 --protocol 3.1.1 --qos 0",
        "1:1 --pairs 3 --protocol 5 --qos 1",
        "fanout --subscribers 20 --protocol 5 --qos 0 --window 50",
        "fanout --subscribers 20 --protocol 3.1.1 --qos 1 --payload 2000 --window 100",
        "fanin --publishers 20 --subscribers 3 --qos 0",
        "fanin --publishers 20 --subscribers 1 --qos 1 --window 10",
        "shared --publishers 5 --subscribers 3 --qos 0 --protocol 3.1.1",
        "shared --publishers 5 --subscribers 3 --qos 1 --window 20",
        "mixed --clients 20 --rate 50/client --qos 0",
        "mixed --clients 20 --rate 1000 --qos 1",
        "chat --chats 5 --rate 500 --qos 1",
        "chat --chats 3 --members 2 --rate 300 --qos 0",
        "rooms --chats 5 --rate 500 --qos 1 --protocol 3.1.1",
        "1:1 --pairs 3 --qos 1 --coalesce"
      })
  void bench_everyKindOfLoad_losesNothing(String line) {
    int code = run(edge.mqttPort(), line + " --duration 1 --warmup 0");
    assertThat(code).as(out.toString() + err).isZero();
    long sent = number("sent");
    assertThat(sent).isPositive();
    int each =
        line.startsWith("fanout")
            ? 20
            : line.contains("--members 2") ? 2 : line.contains("--chats") ? 4 : 1;
    assertThat(number("received")).isEqualTo(each * sent);
    assertThat(number("lost") + number("duplicated") + number("outOfOrder")).isZero();
    assertThat(number("receivedPerSecond")).isPositive();
    assertThat(number("latencyMaxUs")).isPositive();
    if (line.startsWith("shared")) {
      assertThat(number("shareMaxPercent")).isBetween(33L, 100L);
    }
  }

  @Test
  void bench_rate_isKept() {
    int code = run(edge.mqttPort(), "1:1 --pairs 4 --rate 800 --duration 2 --warmup 0 --qos 1");
    assertThat(code).as(out.toString() + err).isZero();
    assertThat(number("sent")).isBetween(1_600L, 1_800L);
    assertThat(number("unsent")).isZero();
  }

  @Test
  void bench_knee_findsARateThatHoldsAndSaysWhatItTried() {
    String line = "1:1 --pairs 1 --window 2 --payload 1000000 --knee --bound 60000";
    int code = run(edge.mqttPort(), line + " --rate 100 --duration 1 --warmup 0");
    assertThat(code).as(out.toString() + err).isZero();
    assertThat(number("kneePerSecond")).isPositive();
    assertThat(out.toString())
        .contains("\"tried\":[{\"ratePerSecond\":100,", "the rate could not be kept");
  }

  @Test
  void bench_kneeAndNobodyListens_endsSoonAndFails() throws IOException {
    assertThat(run(freePort(), "1:1 --knee --rate 64")).isEqualTo(1);
    assertThat(out.toString()).contains("cannot connect", "no rate holds the bound");
  }

  @Test
  void bench_connections_areAllOpenedAndKept() {
    long pid = ProcessHandle.current().pid();
    int code =
        run(
            edge.mqttPort(),
            "connections --connections 301 --at-once 16 --subscribe --ping 1 --settle 1"
                + " --duration 2 --progress --pid "
                + pid);
    assertThat(code).as(out.toString() + err).isZero();
    assertThat(number("connected")).isEqualTo(301);
    assertThat(number("connectsPerSecond")).isPositive();
    assertThat(number("serverResidentMiB")).isPositive();
    assertThat(number("pings")).isBetween(301L, 903L);
    assertThat(number("serverCpuShare")).isNotNegative();
    assertThat(err.toString()).contains("holding: 301 of 301");
  }

  @Test
  void bench_nobodyListens_saysSoAndFails() throws IOException {
    assertThat(run(freePort(), "1:1 --duration 1")).isEqualTo(1);
    assertThat(out.toString()).contains("cannot connect", "\"ok\":false");
  }

  @Test
  void bench_brokerStops_saysSoAndFails() {
    CompletableFuture<Integer> bench =
        CompletableFuture.supplyAsync(
            () -> run(edge.mqttPort(), "1:1 --pairs 2 --duration 30 --rate 100"));
    Awaitility.await().until(() -> value("herald_mqtt_messages_received_total") > 10);
    edge.close();
    assertThat(bench.join()).isEqualTo(1);
    assertThat(out.toString()).contains("DISCONNECT with reason 0x8B", "\"ok\":false");
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private long value(String metric) {
    return metrics.all().stream()
        .filter(each -> each.name().equals(metric))
        .mapToLong(Metrics.Metric::value)
        .sum();
  }
}
