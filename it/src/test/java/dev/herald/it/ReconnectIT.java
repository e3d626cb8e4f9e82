package dev.herald.it;

import static com.hivemq.client.mqtt.datatypes.MqttQos.AT_LEAST_ONCE;
import static com.hivemq.client.mqtt.datatypes.MqttQos.EXACTLY_ONCE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import dev.herald.it.harness.HeraldProcess;
import dev.herald.it.harness.Link;
import dev.herald.it.harness.Mqtt5;
import dev.herald.it.harness.SharedHerald;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Connections come and go while messages flow; sessions keep what was promised. */
@ExtendWith(SharedHerald.class)
class ReconnectIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final HeraldProcess server;
  private final String app = SharedHerald.freshApp();

  ReconnectIT(HeraldProcess server) {
    this.server = server;
  }

  @Test
  void sessionThatIsTakenOverAgainAndAgain_losesNothing() {
    int takeOvers = 40;
    Queue<String> received = new ConcurrentLinkedQueue<>();
    List<Mqtt5AsyncClient> clients = new ArrayList<>();
    clients.add(subscriber(received));
    clients.getFirst().subscribeWith().topicFilter("t").qos(AT_LEAST_ONCE).send().join();
    AtomicBoolean enough = new AtomicBoolean();
    try (var publisher = Mqtt5.connected(server, app)) {
      CompletableFuture<Integer> published =
          CompletableFuture.supplyAsync(() -> publishUntil(publisher, enough));
      for (int i = 0; i < takeOvers; i++) {
        int before = received.size();
        clients.add(subscriber(received));
        await().atMost(PATIENCE).until(() -> received.size() > before);
      }
      enough.set(true);
      int count = published.orTimeout(60, TimeUnit.SECONDS).join();
      await().atMost(PATIENCE).until(() -> received.contains("m" + (count - 1)));

      assertThat(List.copyOf(new LinkedHashSet<>(received)))
          .as("each message, the first copies in order")
          .isEqualTo(texts(count));
    } finally {
      clients.getLast().disconnect().join();
    }
  }

  /** A new client object for the same session: it takes the session from the one before. */
  private Mqtt5AsyncClient subscriber(Queue<String> received) {
    Mqtt5AsyncClient client = Mqtt5.builder(server, app).identifier("roamer").buildAsync();
    client.publishes(MqttGlobalPublishFilter.ALL, message -> received.add(Mqtt5.text(message)));
    client.connectWith().cleanStart(false).sessionExpiryInterval(600).send().join();
    return client;
  }

  private static int publishUntil(Mqtt5 publisher, AtomicBoolean enough) {
    int count = 0;
    Semaphore underWay = new Semaphore(50);
    while (!enough.get()) {
      underWay.acquireUninterruptibly();
      var _ =
          publish(publisher.client().toAsync(), AT_LEAST_ONCE, "m" + count++)
              .whenComplete((result, failure) -> underWay.release());
    }
    underWay.acquireUninterruptibly(50);
    return count;
  }

  @Test
  void exactlyOnce_holdsAcrossCutConnections() {
    int messages = 400;
    Queue<String> received = new ConcurrentLinkedQueue<>();
    try (var up = Link.to(server.ports().mqtt());
        var down = Link.to(server.ports().mqtt())) {
      Mqtt5AsyncClient subscriber = keeper("sub", down).buildAsync();
      subscriber.publishes(
          MqttGlobalPublishFilter.ALL, message -> received.add(Mqtt5.text(message)));
      connectToKeep(subscriber);
      subscriber.subscribeWith().topicFilter("t").qos(EXACTLY_ONCE).send().join();
      Mqtt5AsyncClient publisher = keeper("pub", up).buildAsync();
      connectToKeep(publisher);
      List<CompletableFuture<?>> sends = new ArrayList<>();
      for (int i = 0; i < messages; i++) {
        sends.add(publish(publisher, EXACTLY_ONCE, "m" + i));
        if (i % 50 == 25) {
          sends.get(i - 5).orTimeout(60, TimeUnit.SECONDS).join();
          (i % 100 == 25 ? up : down).cut();
        }
      }
      sends.forEach(send -> send.orTimeout(60, TimeUnit.SECONDS).join());
      await().atMost(PATIENCE).until(() -> received.size() >= messages);

      assertThat(received).containsExactlyElementsOf(texts(messages));
      publisher.disconnect().join();
      subscriber.disconnect().join();
    }
  }

  @Test
  void sessionExpiry_isTheLastConnections() {
    try (var first = Mqtt5.of(Mqtt5.builder(server, app).identifier("s"));
        var second = Mqtt5.of(Mqtt5.builder(server, app).identifier("s"));
        var third = Mqtt5.of(Mqtt5.builder(server, app).identifier("s"))) {
      first.resume();
      assertThat(second.client().connectWith().cleanStart(false).send().isSessionPresent())
          .isTrue();
      second.client().disconnect();
      assertThat(third.resume().isSessionPresent()).isFalse();
    }
  }

  private Mqtt5ClientBuilder keeper(String id, Link link) {
    return Mqtt5.builder(server, app)
        .identifier(id)
        .serverPort(link.port())
        .automaticReconnect()
        .initialDelay(10, TimeUnit.MILLISECONDS)
        .maxDelay(200, TimeUnit.MILLISECONDS)
        .applyAutomaticReconnect();
  }

  private static void connectToKeep(Mqtt5AsyncClient client) {
    client.connectWith().cleanStart(false).sessionExpiryInterval(600).send().join();
  }

  private static CompletableFuture<?> publish(Mqtt5AsyncClient client, MqttQos qos, String text) {
    return client.publish(
        Mqtt5Publish.builder().topic("t").qos(qos).payload(text.getBytes(UTF_8)).build());
  }

  private static List<String> texts(int count) {
    return IntStream.range(0, count).mapToObj(i -> "m" + i).toList();
  }
}
