package dev.herald.it.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient.Mqtt5Publishes;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * An MQTT 5 client of HiveMQ's library, with what it received. Closing it disconnects. For one
 * thread.
 */
public final class Mqtt5 implements AutoCloseable {
  private static final int WAIT_SECONDS_MAX = 20;

  private final Mqtt5BlockingClient client;
  private final Mqtt5Publishes received;

  private Mqtt5(Mqtt5BlockingClient client) {
    this.client = client;
    this.received = client.publishes(MqttGlobalPublishFilter.ALL);
  }

  /** A builder for a client of the server, by TCP, without an identifier. */
  public static Mqtt5ClientBuilder builder(HeraldProcess server, String app) {
    return Mqtt5Client.builder()
        .serverHost("127.0.0.1")
        .serverPort(server.ports().mqtt())
        .simpleAuth()
        .username(app + "/u")
        .applySimpleAuth();
  }

  /** A client that is not connected. */
  public static Mqtt5 of(Mqtt5ClientBuilder builder) {
    return new Mqtt5(builder.buildBlocking());
  }

  /** A client that is connected, with a new session that ends with the connection. */
  public static Mqtt5 connected(HeraldProcess server, String app) {
    Mqtt5 client = of(builder(server, app));
    client.client.connect();
    return client;
  }

  /** Connects to a session that is kept for ten minutes, which may be there already. */
  public Mqtt5ConnAck resume() {
    return client.connectWith().cleanStart(false).sessionExpiryInterval(600).send();
  }

  /** The library's client. */
  public Mqtt5BlockingClient client() {
    return client;
  }

  /** Subscribes; returns when it is acknowledged. */
  public Mqtt5 subscribe(String filter, MqttQos qos) {
    client.subscribeWith().topicFilter(filter).qos(qos).send();
    return this;
  }

  /** Publishes text; returns when it is acknowledged as its QoS demands. */
  public Mqtt5PublishResult publish(String topic, MqttQos qos, String text) {
    return client.publishWith().topic(topic).qos(qos).payload(text.getBytes(UTF_8)).send();
  }

  /** Publishes text; the result comes when it is acknowledged as its QoS demands. */
  public CompletableFuture<Mqtt5PublishResult> post(String topic, MqttQos qos, String text) {
    return client
        .toAsync()
        .publishWith()
        .topic(topic)
        .qos(qos)
        .payload(text.getBytes(UTF_8))
        .send();
  }

  /**
   * The next message.
   *
   * @throws AssertionError if none comes in time
   */
  public Mqtt5Publish next() {
    try {
      return received
          .receive(WAIT_SECONDS_MAX, TimeUnit.SECONDS)
          .orElseThrow(() -> new AssertionError("no message after " + WAIT_SECONDS_MAX + " s"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** The text of the next message. */
  public String nextText() {
    return text(next());
  }

  /** A message's payload as text. */
  public static String text(Mqtt5Publish message) {
    return new String(message.getPayloadAsBytes(), UTF_8);
  }

  @Override
  public void close() {
    if (client.getState().isConnected()) {
      client.disconnect();
    }
    received.close();
  }
}
