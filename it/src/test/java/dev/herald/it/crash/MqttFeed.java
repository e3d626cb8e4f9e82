package dev.herald.it.crash;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperty;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import dev.herald.it.crash.Trail.Event;
import dev.herald.it.harness.GroupApi;
import dev.herald.it.harness.Mqtt5;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * An MQTT client that subscribes to the groups with {@code after}: in a new session each time, or
 * in one that the server keeps and that goes on by itself.
 */
final class MqttFeed extends Feed {
  private static final int SESSION_SECONDS = 600;

  private final String id;
  private final boolean keepsSession;

  MqttFeed(String id, boolean keepsSession, CrashRun.Place place) {
    super(id, place);
    this.id = id;
    this.keepsSession = keepsSession;
  }

  @Override
  boolean mayRepeat() {
    return keepsSession;
  }

  @Override
  void read() throws Broken, InterruptedException {
    BlockingQueue<Optional<Mqtt5Publish>> received = new LinkedBlockingQueue<>();
    Mqtt5AsyncClient client =
        Mqtt5Client.builder()
            .identifier(id)
            .serverHost("127.0.0.1")
            .serverPort(lives.server().ports().mqtt())
            .simpleAuth()
            .username(app + "/" + id)
            .applySimpleAuth()
            .addDisconnectedListener(ended -> received.add(Optional.empty()))
            .buildAsync();
    client.publishes(MqttGlobalPublishFilter.ALL, message -> received.add(Optional.of(message)));
    try {
      boolean present =
          MqttSender.answer(
                  "CONNECT",
                  client
                      .connectWith()
                      .cleanStart(!keepsSession)
                      .sessionExpiryInterval(keepsSession ? SESSION_SECONDS : 0)
                      .send())
              .isSessionPresent();
      if (!present) {
        for (String group : groups) {
          subscribe(client, group);
        }
      }
      ready();
      while (true) {
        see(received.take().orElseThrow(() -> new Broken("the connection's end")));
      }
    } finally {
      if (client.getState().isConnected()) {
        var _ = client.disconnect();
      }
    }
  }

  private void subscribe(Mqtt5AsyncClient client, String group) throws Broken {
    MqttSender.answer(
        "SUBSCRIBE",
        client
            .subscribeWith()
            .topicFilter("$group/" + group)
            .qos(MqttQos.AT_LEAST_ONCE)
            .userProperties(
                Mqtt5UserProperties.of(Mqtt5UserProperty.of("after", Long.toString(last(group)))))
            .send());
  }

  private void see(Mqtt5Publish message) {
    JsonNode event = GroupApi.json(Mqtt5.text(message));
    see(
        event.path("message").path("groupId").asText(),
        event.path("seq").asLong(),
        Event.of(event.path("event").asText().equals("create"), event.path("message")));
  }
}
