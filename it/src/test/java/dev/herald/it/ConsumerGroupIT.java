package dev.herald.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import dev.herald.it.harness.GroupApi;
import dev.herald.it.harness.HeraldProcess;
import dev.herald.it.harness.Mosquitto;
import dev.herald.it.harness.Mqtt5;
import dev.herald.it.harness.SharedHerald;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Consumer groups whose members are programs of others. */
@ExtendWith(SharedHerald.class)
class ConsumerGroupIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final HeraldProcess server;
  private final String app = SharedHerald.freshApp();
  private final Mosquitto mosquitto;

  ConsumerGroupIT(HeraldProcess server) {
    this.server = server;
    this.mosquitto = new Mosquitto(server, app + "/u");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mqttv311", "mqttv5"})
  void members_ofEitherVersion_shareTheMessages(String version) {
    String[] options = {"-V", version, "-q", "1", "-t", "$share/workers/jobs/#", "-C", "10"};
    try (var first = mosquitto.subscribe(options);
        var second = mosquitto.subscribe(options);
        var plain = mosquitto.subscribe("-q", "1", "-t", "jobs/+", "-C", "20");
        var producer = Mqtt5.connected(server, app)) {
      for (int i = 0; i < 20; i++) {
        producer.publish("jobs/" + i, MqttQos.AT_LEAST_ONCE, "job");
      }

      List<String> shared = new ArrayList<>(first.awaitMessages());
      shared.addAll(second.awaitMessages());
      assertThat(shared).containsExactlyInAnyOrderElementsOf(plain.awaitMessages());
    }
  }

  @Test
  void memberKilled_unacknowledgedGoesToAnotherAtOnce() {
    // a program that is stopped receives, but acknowledges nothing
    try (var victim = mosquitto.subscribe("-q", "1", "-t", "$share/g/t");
        var producer = Mqtt5.connected(server, app)) {
      victim.child().stop();
      List<CompletableFuture<Mqtt5PublishResult>> posted = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        posted.add(producer.post("t", MqttQos.AT_LEAST_ONCE, "" + i));
      }
      awaitOf("$share/g/t", "underWay", 50);
      try (var heir = Mqtt5.connected(server, app)) {
        heir.subscribe("$share/g/t", MqttQos.AT_LEAST_ONCE);
        producer.publish("t", MqttQos.AT_LEAST_ONCE, "for the heir");
        assertThat(heir.nextText()).as("it has nothing under way").isEqualTo("for the heir");

        victim.child().kill();

        for (int i = 0; i < 50; i++) {
          Mqtt5Publish message = heir.next();
          assertThat(Mqtt5.text(message)).isEqualTo("" + i);
        }
        posted.forEach(result -> assertThat(result.join().getError()).isEmpty());
      }
      assertThat(victim.messages()).isEmpty();
    }
  }

  private void awaitOf(String filter, String name, int count) {
    String path = "/v1/apps/" + app + "/consumer-groups/" + URLEncoder.encode(filter, UTF_8);
    try (var api = new GroupApi(server, app)) {
      await()
          .atMost(PATIENCE)
          .until(() -> GroupApi.json(api.get(path).body()).path(name).asInt() == count);
    }
  }

  @Test
  void membersThatComeAndGo_consumeEveryMessage() {
    int messages = 400;
    TreeSet<Integer> consumed = new TreeSet<>();
    List<CompletableFuture<Mqtt5PublishResult>> posted = new ArrayList<>();
    try (var anchor = Mqtt5.connected(server, app);
        var producer = Mqtt5.connected(server, app)) {
      anchor.subscribe("$share/g/t/+", MqttQos.AT_LEAST_ONCE);
      for (int round = 0; round < 4; round++) {
        try (var victim = mosquitto.subscribe("-q", "1", "-t", "$share/g/t/+")) {
          victim.child().stop();
          for (int i = 0; i < messages / 4; i++) {
            int number = round * (messages / 4) + i;
            posted.add(producer.post("t/" + round, MqttQos.AT_LEAST_ONCE, "" + number));
          }
          victim.child().kill();
          assertThat(victim.messages()).isEmpty();
        }
        // before the next one joins, which would get what this one had
        awaitOf("$share/g/t/+", "memberCount", 1);
      }
      while (consumed.size() < messages) {
        consumed.add(Integer.valueOf(anchor.nextText()));
      }
      assertThat(consumed.getLast()).isEqualTo(messages - 1);
      posted.forEach(result -> assertThat(result.join().getError()).isEmpty());
    }
  }
}
