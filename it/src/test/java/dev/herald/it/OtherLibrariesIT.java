package dev.herald.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient.Mqtt3Publishes;
import com.hivemq.client.mqtt.mqtt3.Mqtt3Client;
import com.hivemq.client.mqtt.mqtt3.Mqtt3ClientBuilder;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import dev.herald.it.harness.HeraldProcess;
import dev.herald.it.harness.Link;
import dev.herald.it.harness.Mqtt5;
import dev.herald.it.harness.Paho;
import dev.herald.it.harness.SharedHerald;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 3.1.1 with HiveMQ's library, MQTT 5 with Paho's, and both over WebSocket. */
@ExtendWith(SharedHerald.class)
class OtherLibrariesIT {
  private final HeraldProcess server;
  private final String app = SharedHerald.freshApp();

  OtherLibrariesIT(HeraldProcess server) {
    this.server = server;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mqtt3_relaysAtEveryQosAndResumesItsSession(boolean webSocket) throws Exception {
    Mqtt3BlockingClient client = mqtt3(webSocket).buildBlocking();
    try (Mqtt3Publishes received = client.publishes(MqttGlobalPublishFilter.ALL)) {
      assertThat(client.connectWith().cleanSession(false).send().isSessionPresent()).isFalse();
      client.subscribeWith().topicFilter("t/+").qos(MqttQos.EXACTLY_ONCE).send();
      for (MqttQos qos : MqttQos.values()) {
        client.publishWith().topic("t/" + qos).qos(qos).payload("m".getBytes(UTF_8)).send();
        Mqtt3Publish message = received.receive(20, TimeUnit.SECONDS).orElseThrow();
        assertThat(message.getTopic()).hasToString("t/" + qos);
        assertThat(message.getQos()).isEqualTo(qos);
      }
      client.disconnect();
      try (var other = Mqtt5.connected(server, app)) {
        other.publish("t/away", MqttQos.AT_LEAST_ONCE, "while away");
      }
      assertThat(client.connectWith().cleanSession(false).send().isSessionPresent()).isTrue();
      Mqtt3Publish missed = received.receive(20, TimeUnit.SECONDS).orElseThrow();
      assertThat(missed.getPayloadAsBytes()).asString(UTF_8).isEqualTo("while away");
    }
    client.disconnect();
  }

  private Mqtt3ClientBuilder mqtt3(boolean webSocket) {
    Mqtt3ClientBuilder builder =
        Mqtt3Client.builder()
            .identifier("three")
            .serverHost("127.0.0.1")
            .serverPort(server.ports().mqtt())
            .simpleAuth()
            .username(app + "/u")
            .applySimpleAuth();
    if (!webSocket) {
      return builder;
    }
    return builder
        .serverPort(server.ports().ws())
        .webSocketConfig()
        .serverPath("mqtt")
        .applyWebSocketConfig();
  }

  @Test
  void mqtt3_willIsPublishedWhenTheConnectionIsCut() {
    try (var link = Link.to(server.ports().mqtt());
        var watcher = Mqtt5.connected(server, app).subscribe("will", MqttQos.EXACTLY_ONCE)) {
      mqtt3(false)
          .serverPort(link.port())
          .buildBlocking()
          .connectWith()
          .willPublish()
          .topic("will")
          .qos(MqttQos.EXACTLY_ONCE)
          .payload("gone".getBytes(UTF_8))
          .applyWillPublish()
          .send();
      link.cut();
      Mqtt5Publish will = watcher.next();

      assertThat(Mqtt5.text(will)).isEqualTo("gone");
      assertThat(will.getQos()).isEqualTo(MqttQos.EXACTLY_ONCE);
    }
  }

  @Test
  void webSocket_carriesLargeMessagesBothWays() {
    String large = "0123456789".repeat(90_000);
    try (var client =
        Mqtt5.of(
            Mqtt5.builder(server, app)
                .serverPort(server.ports().ws())
                .webSocketConfig()
                .serverPath("mqtt")
                .applyWebSocketConfig())) {
      client.client().connect();
      client.subscribe("t", MqttQos.EXACTLY_ONCE);
      for (MqttQos qos : MqttQos.values()) {
        client.publish("t", qos, qos + large);
        assertThat(client.nextText()).isEqualTo(qos + large);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "ws"})
  void paho_exchangesMessages(String scheme) throws Exception {
    try (Paho client = paho(scheme, "one")) {
      client.connect(true);
      client.subscribe("t/#", 2, 0);
      List<String> sent = IntStream.range(0, 60).mapToObj(i -> "m" + i).toList();
      for (String text : sent) {
        client.publish("t/x", 2, text);
      }
      for (String text : sent) {
        assertThat(client.nextText()).isEqualTo(text);
      }
    }
  }

  @Test
  void paho_resumesItsSession() throws Exception {
    try (Paho first = paho("tcp", "keeper")) {
      assertThat(first.connect(false).getSessionPresent()).isFalse();
      first.subscribe("t", 1, 0);
    }
    try (var other = Mqtt5.connected(server, app)) {
      other.publish("t", MqttQos.AT_LEAST_ONCE, "while away");
    }
    try (Paho second = paho("tcp", "keeper")) {
      assertThat(second.connect(false).getSessionPresent()).isTrue();
      assertThat(second.nextText()).isEqualTo("while away");
    }
  }

  @Test
  void paho_overlappingSubscriptions_giveOneCopyWithBothIdentifiers() throws Exception {
    try (Paho client = paho("tcp", "ids")) {
      client.connect(true);
      client.subscribe("a/#", 1, 5);
      client.subscribe("a/+", 2, 268_435_455);
      client.publish("a/1", 2, "m");
      MqttMessage message = client.next();

      assertThat(message.getQos()).isEqualTo(2);
      assertThat(message.getProperties().getSubscriptionIdentifiers())
          .containsExactlyInAnyOrder(5, 268_435_455);
      client.publish("a/2", 1, "fence");
      assertThat(client.nextText()).isEqualTo("fence");
    }
  }

  private Paho paho(String scheme, String id) throws MqttException {
    String address =
        switch (scheme) {
          case "ws" -> "ws://127.0.0.1:" + server.ports().ws() + "/mqtt";
          default -> "tcp://127.0.0.1:" + server.ports().mqtt();
        };
    return new Paho(address, id, app + "/u");
  }
}
