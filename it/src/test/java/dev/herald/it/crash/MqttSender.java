package dev.herald.it.crash;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperty;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAck;
import dev.herald.it.harness.HeraldProcess;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Sends by publishing to the group's topic at QoS 1. */
final class MqttSender implements Sender {
  private final Mqtt5AsyncClient client;

  MqttSender(HeraldProcess server, String app, String user) throws Broken {
    client =
        Mqtt5Client.builder()
            .serverHost("127.0.0.1")
            .serverPort(server.ports().mqtt())
            .simpleAuth()
            .username(app + "/" + user)
            .applySimpleAuth()
            .buildAsync();
    answer("CONNECT", client.connect());
  }

  @Override
  public Told create(Sent message) throws Broken {
    Mqtt5UserProperties properties =
        message.clientMessageId == null
            ? Mqtt5UserProperties.of()
            : Mqtt5UserProperties.of(
                Mqtt5UserProperty.of("clientMessageId", message.clientMessageId));
    return publish("$group/" + message.group, properties, message.content);
  }

  @Override
  public Told recall(Sent message) throws Broken {
    String request =
        "{\"messageId\":\"" + message.messageId + "\",\"recallCause\":\"" + message.cause + "\"}";
    return publish("$group/" + message.group + "/recall", Mqtt5UserProperties.of(), request);
  }

  private Told publish(String topic, Mqtt5UserProperties properties, String payload) throws Broken {
    try {
      Mqtt5PublishResult result =
          answer(
              "PUBLISH",
              client
                  .publishWith()
                  .topic(topic)
                  .qos(MqttQos.AT_LEAST_ONCE)
                  .userProperties(properties)
                  .payload(payload.getBytes(UTF_8))
                  .send());
      Throwable failure = result.getError().orElse(null);
      if (failure != null) {
        throw new Broken("PUBLISH", failure);
      }
      return Told.done(null, 0);
    } catch (Broken e) {
      if (e.getCause() instanceof Mqtt5PubAckException refused) {
        Mqtt5PubAck why = refused.getMqttMessage();
        return Told.refused(why.getReasonCode() + " " + why.getReasonString().orElse(null));
      }
      throw e;
    }
  }

  /** Waits for an answer. */
  static <T> T answer(String what, CompletableFuture<T> future) throws Broken {
    try {
      return future.get(HttpSender.ANSWER_MAX.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new Broken(what, e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw new Broken(what + " is not answered", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Broken("interrupted", e);
    }
  }

  @Override
  public void close() {
    var _ = client.disconnect();
  }
}
