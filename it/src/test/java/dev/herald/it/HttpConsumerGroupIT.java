package dev.herald.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import dev.herald.it.harness.Child;
import dev.herald.it.harness.GroupApi;
import dev.herald.it.harness.HeraldProcess;
import dev.herald.it.harness.Mosquitto;
import dev.herald.it.harness.Mqtt5;
import dev.herald.it.harness.SharedHerald;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Consumer groups with members over HTTP, which are programs of others, beside members of MQTT. */
@ExtendWith(SharedHerald.class)
class HttpConsumerGroupIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String FILTER = "$share/g/jobs/#";

  private final HeraldProcess server;
  private final String app = SharedHerald.freshApp();
  private final Mosquitto mosquitto;

  HttpConsumerGroupIT(HeraldProcess server) {
    this.server = server;
    this.mosquitto = new Mosquitto(server, app + "/u");
  }

  @Test
  void producerOverMqtt_isDoneWhenABackendAcknowledges() {
    String consumer = join();
    CompletableFuture<Child.Ended> producer = publishing();
    JsonNode message = messages(consumer).getFirst();
    assertThat(message.path("payload").asText()).isEqualTo("hello");
    assertThat(producer).isNotDone();
    acknowledge(consumer, message);
    assertThat(producer.join().code()).isZero();
  }

  @Test
  void backendThatRefuses_hasAnMqttMemberGetIt() {
    String consumer = join();
    CompletableFuture<Child.Ended> producer = publishing();
    String id = messages(consumer).getFirst().path("deliveryId").asText();
    try (var member = mosquitto.subscribe("-q", "1", "-t", FILTER, "-C", "1")) {
      curl(consumer + "/acknowledgements", "-d", "{\"refuse\":[\"" + id + "\"]}");
      assertThat(member.awaitMessages()).containsExactly("jobs/1 1 0 hello");
    }
    assertThat(producer.join().code()).isZero();
  }

  @Test
  void streamKilled_unacknowledgedGoesToAnMqttMemberAtOnce() {
    String consumer = join();
    String uri = server.http(consumer + "/messages").toString();
    List<String> command = List.of("curl", "-sN", "-H", "Accept: application/x-ndjson", uri);
    try (Child stream = Child.start(command, Map.of());
        var producer = Mqtt5.connected(server, app)) {
      List<CompletableFuture<Mqtt5PublishResult>> posted = post(producer, 20);
      await().atMost(PATIENCE).until(() -> lines(stream).size() == 20);
      for (int i = 0; i < 5; i++) {
        acknowledge(consumer, lines(stream).get(i));
        assertThat(posted.get(i).join().getError()).isEmpty();
      }
      try (var heir = mosquitto.subscribe("-q", "1", "-t", FILTER, "-C", "15")) {
        assertThat(heir.messages()).isEmpty();
        stream.kill();
        assertThat(heir.awaitMessages())
            .containsExactlyElementsOf(
                IntStream.range(5, 20).mapToObj(i -> "jobs/1 1 0 " + i).toList());
      }
      posted.forEach(result -> assertThat(result.join().getError()).isEmpty());
    }
  }

  @Test
  void mqttMemberKilled_unacknowledgedGoesToABackendAtOnce() {
    try (var victim = mosquitto.subscribe("-q", "1", "-t", FILTER);
        var producer = Mqtt5.connected(server, app)) {
      victim.child().stop();
      List<CompletableFuture<Mqtt5PublishResult>> posted = post(producer, 10);
      await().atMost(PATIENCE).until(() -> group().path("underWay").asInt() == 10);
      String consumer = join();
      victim.child().kill();
      TreeSet<Integer> consumed = new TreeSet<>();
      while (consumed.size() < 10) {
        for (JsonNode message : messages(consumer)) {
          acknowledge(consumer, message);
          assertThat(consumed.add(message.path("payload").asInt())).isTrue();
        }
      }
      posted.forEach(result -> assertThat(result.join().getError()).isEmpty());
    }
  }

  /** Publishes, on a thread of its own: the end of a process is told by the common pool. */
  private CompletableFuture<Child.Ended> publishing() {
    return CompletableFuture.supplyAsync(
        () -> mosquitto.tryPublish("-q", "1", "-t", "jobs/1", "-m", "hello"),
        Thread::startVirtualThread);
  }

  private static List<CompletableFuture<Mqtt5PublishResult>> post(Mqtt5 producer, int count) {
    List<CompletableFuture<Mqtt5PublishResult>> posted = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      posted.add(producer.post("jobs/1", MqttQos.AT_LEAST_ONCE, "" + i));
    }
    return posted;
  }

  private String groupPath() {
    return "/v1/apps/" + app + "/consumer-groups/" + URLEncoder.encode(FILTER, UTF_8);
  }

  private JsonNode group() {
    try (var api = new GroupApi(server, app)) {
      return GroupApi.json(api.get(groupPath()).body());
    }
  }

  /** Joins the group; returns the path of the consumer. */
  private String join() {
    JsonNode made = curl(groupPath() + "/consumers", "-d", "{\"inFlightMax\":50}");
    return groupPath() + "/consumers/" + made.path("consumerId").asText();
  }

  private List<JsonNode> messages(String consumer) {
    List<JsonNode> messages = new ArrayList<>();
    curl(consumer + "/messages?wait=20").path("messages").forEach(messages::add);
    return messages;
  }

  private void acknowledge(String consumer, JsonNode message) {
    String id = message.path("deliveryId").asText();
    JsonNode outcome =
        curl(consumer + "/acknowledgements", "-d", "{\"acknowledge\":[\"" + id + "\"]}");
    assertThat(outcome.path("acknowledged").path(0).asText()).isEqualTo(id);
  }

  private JsonNode curl(String path, String... options) {
    List<String> command = new ArrayList<>(List.of("curl", "-s", "--fail-with-body"));
    command.addAll(List.of(options));
    command.add(server.http(path).toString());
    Child.Ended ended = Child.run(PATIENCE.multipliedBy(2), command.toArray(String[]::new));
    assertThat(ended.code()).as(ended.out()).isZero();
    return GroupApi.json(ended.out());
  }

  private static List<JsonNode> lines(Child stream) {
    return stream.out().lines().stream()
        .filter(line -> !line.isEmpty())
        .map(GroupApi::json)
        .toList();
  }
}
