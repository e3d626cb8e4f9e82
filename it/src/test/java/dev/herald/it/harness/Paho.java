package dev.herald.it.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/**
 * An MQTT 5 client of Eclipse Paho's library, with what it received. Closing it disconnects. For
 * one thread.
 */
public final class Paho implements AutoCloseable, MqttCallback {
  private static final int WAIT_MS_MAX = 20_000;
  private static final long KEPT_SECONDS = 600;

  /** The library's log, which tells each packet; held here because its level is only held by it. */
  private static final Logger LOG = Logger.getLogger("org.eclipse.paho");

  static {
    LOG.setLevel(Level.WARNING);
  }

  private final BlockingQueue<MqttMessage> received = new LinkedBlockingQueue<>();
  private final MqttAsyncClient client;
  private final String user;

  /**
   * A client that is not connected.
   *
   * @param address such as {@code tcp://127.0.0.1:1883}
   * @param id the client identifier
   * @param user the user name
   */
  public Paho(String address, String id, String user) throws MqttException {
    this.client = new MqttAsyncClient(address, id, new MemoryPersistence());
    this.user = user;
    client.setCallback(this);
  }

  /**
   * Connects.
   *
   * @param cleanStart whether with a new session that ends with the connection, or with one that is
   *     kept
   * @return the answer
   */
  public IMqttToken connect(boolean cleanStart) throws MqttException {
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setUserName(user);
    options.setCleanStart(cleanStart);
    options.setSessionExpiryInterval(cleanStart ? 0 : KEPT_SECONDS);
    return done(client.connect(options));
  }

  /** Subscribes; the identifier 0 is none. */
  public void subscribe(String filter, int qos, int identifier) throws MqttException {
    MqttProperties properties = new MqttProperties();
    if (identifier != 0) {
      properties.setSubscriptionIdentifier(identifier);
    }
    MqttSubscription[] subscriptions = {new MqttSubscription(filter, qos)};
    done(client.subscribe(subscriptions, null, null, properties));
  }

  /** Publishes text; returns when it is acknowledged as its QoS demands. */
  public void publish(String topic, int qos, String text) throws MqttException {
    done(client.publish(topic, new MqttMessage(text.getBytes(UTF_8), qos, false, null)));
  }

  private static IMqttToken done(IMqttToken token) throws MqttException {
    token.waitForCompletion(WAIT_MS_MAX);
    return token;
  }

  /**
   * The next message.
   *
   * @throws AssertionError if none comes in time
   */
  public MqttMessage next() throws InterruptedException {
    MqttMessage message = received.poll(WAIT_MS_MAX, TimeUnit.MILLISECONDS);
    if (message == null) {
      throw new AssertionError("no message after " + WAIT_MS_MAX + " ms");
    }
    return message;
  }

  /** The text of the next message. */
  public String nextText() throws InterruptedException {
    return new String(next().getPayload(), UTF_8);
  }

  @Override
  public void messageArrived(String topic, MqttMessage message) {
    received.add(message);
  }

  @Override
  public void close() throws MqttException {
    if (client.isConnected()) {
      done(client.disconnect());
    }
    client.close();
  }

  @Override
  public void disconnected(MqttDisconnectResponse response) {}

  @Override
  public void mqttErrorOccurred(MqttException error) {}

  @Override
  public void deliveryComplete(IMqttToken token) {}

  @Override
  public void connectComplete(boolean reconnect, String address) {}

  @Override
  public void authPacketArrived(int reason, MqttProperties properties) {}
}
