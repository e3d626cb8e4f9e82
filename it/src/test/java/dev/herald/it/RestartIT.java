package dev.herald.it;

import static com.hivemq.client.mqtt.datatypes.MqttQos.AT_LEAST_ONCE;
import static com.hivemq.client.mqtt.datatypes.MqttQos.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import dev.herald.it.harness.Child;
import dev.herald.it.harness.HeraldProcess;
import dev.herald.it.harness.Mosquitto;
import dev.herald.it.harness.Mqtt5;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Retained messages and offline sessions outlive the process, stopped or killed. */
class RestartIT {
  private static final String FILE = "relay.db";
  private static final int MESSAGES = 200;
  private static final String BIG = "p".repeat(50_000);

  @TempDir Path data;

  /** Ends the server, once everything is written, and starts it again. */
  private static void endAndRestart(HeraldProcess server, boolean killed) {
    if (killed) {
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() ->
              server.metric("herald_relay_saved_total{kind=\"message\"}") >= MESSAGES
                  && server.metric("herald_relay_backlog_bytes") == 0);
      server.kill();
    } else {
      assertThat(server.stop().code()).isZero();
      assertThat(server.problems()).isEmpty();
    }
    server.restart();
  }

  private static Mqtt5 client(HeraldProcess server, String app, String id) {
    return Mqtt5.of(Mqtt5.builder(server, app).identifier(id));
  }

  private static MqttQos qos(int message) {
    return message % 2 == 0 ? AT_LEAST_ONCE : EXACTLY_ONCE;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void offlineMessages_comeOnceAndInOrder(boolean killed) {
    try (var server = HeraldProcess.start(data)) {
      try (var away = client(server, "a", "away")) {
        assertThat(away.resume().isSessionPresent()).isFalse();
        away.subscribe("news/+", EXACTLY_ONCE);
      }
      try (var publisher = Mqtt5.connected(server, "a")) {
        for (int i = 0; i < MESSAGES; i++) {
          publisher.publish("news/" + i, qos(i), "m" + i);
        }
      }
      endAndRestart(server, killed);
      try (var back = client(server, "a", "away")) {
        Mqtt5ConnAck connAck = back.resume();
        assertThat(connAck.isSessionPresent()).isTrue();
        for (int i = 0; i < MESSAGES; i++) {
          Mqtt5Publish next = back.next();
          assertThat(Mqtt5.text(next)).isEqualTo("m" + i);
          assertThat(next.getQos()).isEqualTo(qos(i));
        }
        // the subscription is there as well, and nothing came twice
        try (var publisher = Mqtt5.connected(server, "a")) {
          publisher.publish("news/last", EXACTLY_ONCE, "last");
        }
        assertThat(back.nextText()).isEqualTo("last");
      }
      // what was delivered now is not delivered again
      assertThat(server.stop().code()).isZero();
      server.restart();
      try (var again = client(server, "a", "away");
          var publisher = Mqtt5.connected(server, "a")) {
        assertThat(again.resume().isSessionPresent()).isTrue();
        publisher.publish("news/new", AT_LEAST_ONCE, "new");
        assertThat(again.nextText()).isEqualTo("new");
      }
    }
  }

  @Test
  void retained_areSeenByMosquitto_inTheirAppOnly() {
    try (var server = HeraldProcess.start(data)) {
      Mosquitto a = new Mosquitto(server, "a/u");
      a.publish("-t", "r/1", "-m", "one", "-r", "-q", "1");
      a.publish("-t", "r/2", "-m", "gone", "-r", "-q", "1");
      a.publish("-t", "r/2", "-n", "-r", "-q", "1");
      new Mosquitto(server, "b/u").publish("-t", "r/1", "-m", "of b", "-r", "-q", "2");
      endAndRestart(server, false);
      new Mosquitto(server, "a/u").publish("-t", "r/3", "-m", "end", "-r", "-q", "1");
      try (var seen = a.subscribe("-t", "r/#", "-q", "2", "-C", "2")) {
        assertThat(seen.awaitMessages()).containsExactly("r/1 1 1 one", "r/3 1 1 end");
      }
      try (var seen = new Mosquitto(server, "b/u").subscribe("-t", "r/#", "-q", "2", "-C", "1")) {
        assertThat(seen.awaitMessages()).containsExactly("r/1 2 1 of b");
      }
    }
  }

  @Test
  void expiries_areCountedOverTheRestart() {
    try (var server = HeraldProcess.start(data)) {
      try (var shortLived = client(server, "a", "short");
          var longLived = client(server, "a", "long")) {
        shortLived.client().connectWith().cleanStart(false).sessionExpiryInterval(1).send();
        longLived.client().connectWith().cleanStart(false).sessionExpiryInterval(600).send();
        longLived.subscribe("t", AT_LEAST_ONCE);
      }
      try (var publisher = Mqtt5.connected(server, "a")) {
        for (int expiry : List.of(1, 500)) {
          publisher
              .client()
              .publishWith()
              .topic("t")
              .qos(AT_LEAST_ONCE)
              .retain(true)
              .messageExpiryInterval(expiry)
              .payload(Integer.toString(expiry).getBytes(java.nio.charset.StandardCharsets.UTF_8))
              .send();
        }
      }
      long stoppedAtNanos = System.nanoTime();
      assertThat(server.stop().code()).isZero();
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> System.nanoTime() - stoppedAtNanos > 2_500_000_000L);
      server.restart();
      try (var shortLived = client(server, "a", "short");
          var longLived = client(server, "a", "long")) {
        assertThat(shortLived.resume().isSessionPresent()).isFalse();
        assertThat(longLived.resume().isSessionPresent()).isTrue();
        Mqtt5Publish only = longLived.next();
        assertThat(Mqtt5.text(only)).isEqualTo("500");
        assertThat(only.getMessageExpiryInterval().getAsLong()).isBetween(300L, 498L);
        longLived.subscribe("t", AT_LEAST_ONCE);
        Mqtt5Publish retained = longLived.next();
        assertThat(Mqtt5.text(retained)).isEqualTo("500");
        assertThat(retained.getMessageExpiryInterval().getAsLong()).isBetween(300L, 498L);
      }
    }
  }

  @Test
  void persistOff_keepsNothingAndMakesNoFile() {
    try (var server = HeraldProcess.start(data, "relay.persist=false")) {
      try (var away = client(server, "a", "away")) {
        away.resume();
      }
      new Mosquitto(server, "a/u").publish("-t", "r", "-m", "p", "-r", "-q", "1");
      assertThat(server.stop().code()).isZero();
      assertThat(data.resolve(FILE)).doesNotExist();
      server.restart();
      try (var back = client(server, "a", "away")) {
        assertThat(back.resume().isSessionPresent()).isFalse();
      }
    }
  }

  @Test
  void damagedFile_isToldInOneSentence() throws IOException {
    try (var server = HeraldProcess.start(data)) {
      Mosquitto publisher = new Mosquitto(server, "a/u");
      publisher.publish("-t", "r", "-r", "-q", "1", "-m", BIG);
      assertThat(server.stop().code()).isZero();
    }
    byte[] file = Files.readAllBytes(data.resolve(FILE));
    assertThat(data.resolve(FILE + "-wal"))
        .as("a stopped server leaves one whole file")
        .doesNotExist();
    for (int from : new int[] {0, file.length / 2}) {
      byte[] damaged = file.clone();
      java.util.Arrays.fill(damaged, from, Math.min(file.length, from + 8192), (byte) 0x5A);
      Files.write(data.resolve(FILE), damaged);
      Child.Ended ended =
          HeraldProcess.run(
              Map.of(
                  "HERALD_DATA", data.toString(),
                  "HERALD_MQTT_PORT", "0",
                  "HERALD_WS_PORT", "0",
                  "HERALD_HTTP_PORT", "0"),
              "standalone");
      assertThat(ended.code()).as(ended.err()).isEqualTo(1);
      assertThat(ended.err()).contains("herald: ", data.resolve(FILE).toString());
      assertThat(ended.err()).doesNotContain("is ready", "\tat ");
    }
  }
}
