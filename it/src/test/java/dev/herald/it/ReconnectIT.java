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
import java.util.BitSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
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
    Received received = new Received();
    List<Mqtt5AsyncClient> clients = new ArrayList<>();
    clients.add(subscriber(received));
    clients.getFirst().subscribeWith().topicFilter("t").qos(AT_LEAST_ONCE).send().join();
    AtomicBoolean enough = new AtomicBoolean();
    try (var publisher = Mqtt5.connected(server, app)) {
      CompletableFuture<Integer> published =
          CompletableFuture.supplyAsync(() -> publishUntil(publisher, enough, received.room));
      for (int i = 0; i < takeOvers; i++) {
        int before = received.distinct();
        clients.add(subscriber(received));
        await().atMost(PATIENCE).until(() -> received.distinct() > before);
      }
      enough.set(true);
      int count = published.orTimeout(60, TimeUnit.SECONDS).join();
      await().atMost(PATIENCE).until(() -> received.distinct() >= count);

      assertThat(received.distinct()).isEqualTo(count);
      assertThat(received.outOfOrder()).as("on one connection: one after the other").isEmpty();
    } finally {
      clients.getLast().disconnect().join();
    }
  }

  /** A new client object for the same session: it takes the session from the one before. */
  private Mqtt5AsyncClient subscriber(Received received) {
    Mqtt5AsyncClient client = Mqtt5.builder(server, app).identifier("roamer").buildAsync();
    Consumer<Mqtt5Publish> own = received.byOneConnection();
    client.publishes(MqttGlobalPublishFilter.ALL, own);
    client.connectWith().cleanStart(false).sessionExpiryInterval(600).send().join();
    return client;
  }

  private static int publishUntil(Mqtt5 publisher, AtomicBoolean enough, Semaphore room) {
    List<CompletableFuture<?>> sends = new ArrayList<>();
    while (!enough.get()) {
      room.acquireUninterruptibly();
      sends.add(publish(publisher.client().toAsync(), AT_LEAST_ONCE, "" + sends.size()));
    }
    sends.forEach(CompletableFuture::join);
    return sends.size();
  }

  /**
   * The numbers that the connections of one session received. A client may hand on a message it has
   * acknowledged only after its successor has handed on the next ones, so order is a matter of each
   * connection. The room keeps the publisher close behind them all: without it the publisher
   * outruns a session that is taken over all the time, until its queue is full and drops.
   */
  private static final class Received {
    private final Semaphore room = new Semaphore(500);
    private final BitSet numbers = new BitSet();
    private final List<String> outOfOrder = new ArrayList<>();

    Consumer<Mqtt5Publish> byOneConnection() {
      AtomicInteger last = new AtomicInteger(-1);
      return message -> add(last, Integer.parseInt(Mqtt5.text(message)));
    }

    private synchronized void add(AtomicInteger last, int number) {
      int before = last.getAndSet(number);
      if (before >= 0 && number != before + 1) {
        outOfOrder.add(number + " after " + before);
      }
      if (!numbers.get(number)) {
        numbers.set(number);
        room.release();
      }
    }

    synchronized int distinct() {
      return numbers.cardinality();
    }

    synchronized List<String> outOfOrder() {
      return List.copyOf(outOfOrder);
    }
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
