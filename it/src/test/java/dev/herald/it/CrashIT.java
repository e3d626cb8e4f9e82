package dev.herald.it;

import static com.hivemq.client.mqtt.datatypes.MqttQos.AT_LEAST_ONCE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import dev.herald.it.harness.GatewaySocket;
import dev.herald.it.harness.GroupApi;
import dev.herald.it.harness.HeraldProcess;
import dev.herald.it.harness.Mqtt5;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Killed as by {@code kill -9}, Herald has every group message it acknowledged, exactly once. */
class CrashIT {
  private static final int MESSAGES = 100;

  @TempDir Path data;

  @Test
  void hundredCreatesOverHttp_thenKill_hundredFound() {
    try (var server = HeraldProcess.start(data);
        var api = new GroupApi(server, "a")) {
      List<CompletableFuture<Boolean>> sends =
          IntStream.range(0, MESSAGES)
              .mapToObj(i -> api.send("g", "u", "m" + i).thenApply(GroupApi::isAcknowledged))
              .toList();
      assertThat(sends).allMatch(CompletableFuture::join);
      server.kill();
      server.restart();

      assertHasAllOnce(api.history("g"));
      assertThat(api.create("g", "u", "after")).isNotEmpty();
      assertThat(api.history("g").getLast().path("seq").asInt()).isEqualTo(MESSAGES + 1);
      try (var gateway = GatewaySocket.connect(server, "a", "gw?after=g:99")) {
        assertThat(gateway.next().path("data").path("seq").asInt()).isEqualTo(100);
      }
    }
  }

  @Test
  void hundredPublishesOverMqtt_thenKill_hundredFound() {
    try (var server = HeraldProcess.start(data);
        var api = new GroupApi(server, "a")) {
      Mqtt5AsyncClient client = Mqtt5.builder(server, "a").buildAsync();
      client.connect().join();
      List<? extends CompletableFuture<?>> sends =
          IntStream.range(0, MESSAGES).mapToObj(i -> publish(client, "m" + i)).toList();
      sends.forEach(CompletableFuture::join);
      server.kill();
      server.restart();

      assertHasAllOnce(api.history("g"));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {30, 300})
  void killInTheMiddleOfAStream_losesNothingAcknowledged(int killAfter) throws Exception {
    Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    try (var server = HeraldProcess.start(data);
        var api = new GroupApi(server, "a")) {
      Mqtt5AsyncClient client = Mqtt5.builder(server, "a").buildAsync();
      client.connect().join();
      Thread overHttp =
          Thread.ofVirtual()
              .start(() ->
                  stream(
                      server,
                      "http",
                      acknowledged,
                      text -> api.send("g", "u", text).thenApply(GroupApi::isAcknowledged)));
      Thread overMqtt =
          Thread.ofVirtual()
              .start(() ->
                  stream(
                      server,
                      "mqtt",
                      acknowledged,
                      text -> publish(client, text).thenApply(done -> true)));
      await().atMost(Duration.ofSeconds(30)).until(() -> acknowledged.size() >= killAfter);
      server.kill();
      assertThat(overHttp.join(Duration.ofSeconds(30))).isTrue();
      assertThat(overMqtt.join(Duration.ofSeconds(30))).isTrue();
      Set<String> kept = Set.copyOf(acknowledged);
      server.restart();
      List<JsonNode> history = api.history("g");

      assertThat(history)
          .extracting(m -> m.path("content").asText())
          .doesNotHaveDuplicates()
          .containsAll(kept);
      assertThat(history)
          .extracting(m -> m.path("seq").asInt())
          .isEqualTo(IntStream.rangeClosed(1, history.size()).boxed().toList());
    }
  }

  private interface Sender {
    CompletableFuture<Boolean> send(String text);
  }

  /** Sends with at most 20 under way until the server is gone; notes what is acknowledged. */
  private static void stream(
      HeraldProcess server, String prefix, Set<String> acknowledged, Sender sender) {
    Semaphore underWay = new Semaphore(20);
    for (int i = 0; server.isAlive(); i++) {
      String text = prefix + i;
      try {
        if (!underWay.tryAcquire(5, TimeUnit.SECONDS)) {
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      CompletableFuture<?> noted =
          sender
              .send(text)
              .whenComplete((done, failure) -> {
                if (failure == null && done) {
                  acknowledged.add(text);
                }
                underWay.release();
              });
      if (noted.isCompletedExceptionally()) {
        return;
      }
    }
  }

  private static CompletableFuture<?> publish(Mqtt5AsyncClient client, String text) {
    return client
        .publishWith()
        .topic("$group/g")
        .qos(AT_LEAST_ONCE)
        .payload(text.getBytes(UTF_8))
        .send()
        .thenAccept(result -> {
          if (result.getError().isPresent()) {
            throw new IllegalStateException(result.getError().get());
          }
        });
  }

  private static void assertHasAllOnce(List<JsonNode> history) {
    assertThat(history)
        .extracting(m -> m.path("content").asText())
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, MESSAGES).mapToObj(i -> "m" + i).toList());
    assertThat(history)
        .extracting(m -> m.path("seq").asInt())
        .isEqualTo(IntStream.rangeClosed(1, MESSAGES).boxed().toList());
    assertThat(history).extracting(m -> m.path("createTime").asLong()).isSorted();
    assertThat(history).extracting(m -> m.path("messageId").asText()).doesNotHaveDuplicates();
  }
}
