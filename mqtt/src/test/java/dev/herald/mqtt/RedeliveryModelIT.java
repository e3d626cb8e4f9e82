package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.u16;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.mqtt.codec.PacketType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A session against a model of it: messages, acknowledgements of every kind in any order, and
 * connections that are lost or taken over at any moment, with another receive maximum each time.
 * Every packet of the server must be the one the model expects.
 */
final class RedeliveryModelIT extends EdgeTest {
  private static final int INFLIGHT_MAX = 5;
  private static final int STEPS = 80;
  private static final int RUNS = 12;

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  @Proves(
      v5 = {
        "MQTT-2.2.1-4",
        "MQTT-3.3.1-1",
        "MQTT-3.3.4-9",
        "MQTT-4.3.3-6",
        "MQTT-4.4.0-1",
        "MQTT-4.4.0-2",
        "MQTT-4.6.0-1",
        "MQTT-4.9.0-2"
      },
      v311 = {"MQTT-2.3.1-4", "MQTT-3.3.1-1", "MQTT-4.3.3-1", "MQTT-4.4.0-1", "MQTT-4.6.0-1"})
  void session_doesWhatItsModelDoes(int version) {
    restart("inflightMax", "" + INFLIGHT_MAX);
    RawClient publisher = edge.client(5, "publisher");
    for (int seed = 0; seed < RUNS; seed++) {
      Model model = new Model(version, seed, publisher);
      try {
        model.run();
      } catch (AssertionError e) {
        throw new AssertionError("version " + version + ", seed " + seed + ": " + model.log, e);
      }
    }
  }

  /** A message under way to the client. */
  private static final class Entry {
    final String payload;
    final int qos;
    int id;
    boolean received;
    boolean sent;

    Entry(String payload, int qos) {
      this.payload = payload;
      this.qos = qos;
    }
  }

  /** What the session of one client must be like. */
  private final class Model {
    final List<String> log = new ArrayList<>();
    private final int version;
    private final String clientId;
    private final Random random;
    private final RawClient publisher;
    private final Deque<Entry> queue = new ArrayDeque<>();
    private final List<Entry> window = new ArrayList<>();
    private RawClient client;
    private int quota;
    private int published;

    Model(int version, int seed, RawClient publisher) {
      this.version = version;
      this.clientId = "c" + version + "-" + seed;
      this.random = new Random(seed);
      this.publisher = publisher;
      this.client = connect();
      client.subscribe(2, clientId);
    }

    void run() {
      for (int step = 0; step < STEPS; step++) {
        int dice = random.nextInt(10);
        if (dice < 4) {
          publish();
        } else if (dice < 9) {
          acknowledge();
        } else {
          reconnect();
        }
      }
      while (!window.isEmpty() || !queue.isEmpty()) {
        acknowledge();
      }
      client.expectNoMessage();
      client.close();
      edge.client(Wire.lasting(version, clientId)).expectNoMessage();
      edge.client(version, clientId).disconnect();
    }

    private RawClient connect() {
      Wire.Hello hello = Wire.lasting(version, clientId);
      quota = INFLIGHT_MAX;
      if (version >= 5) {
        int maximum = 1 + random.nextInt(7);
        hello.receiveMaximum(maximum);
        quota = Math.min(quota, maximum);
      }
      return edge.client(hello).silent();
    }

    private void publish() {
      Entry entry = new Entry("m" + published++, 1 + random.nextInt(2));
      log.add("publish " + entry.payload + " at " + entry.qos);
      assertThat(publisher.publish(clientId, entry.payload, entry.qos)).isZero();
      queue.add(entry);
      sendMore();
    }

    private void acknowledge() {
      List<Entry> sent = window.stream().filter(entry -> entry.sent).toList();
      if (sent.isEmpty()) {
        return;
      }
      Entry entry = sent.get(random.nextInt(sent.size()));
      boolean refuses = version >= 5 && !entry.received && random.nextInt(5) == 0;
      log.add("acknowledge " + entry.payload + (refuses ? " with a refusal" : ""));
      if (entry.received) {
        client.send(Wire.ack(PacketType.PUBCOMP, entry.id));
        complete(entry);
      } else if (refuses) {
        client.send(Wire.packet(entry.qos == 1 ? 0x40 : 0x50, u16(entry.id), 0x80));
        complete(entry);
      } else if (entry.qos == 1) {
        client.send(Wire.ack(PacketType.PUBACK, entry.id));
        complete(entry);
      } else {
        client.send(Wire.ack(PacketType.PUBREC, entry.id));
        entry.received = true;
        expectRelease(entry);
      }
    }

    private void complete(Entry entry) {
      window.remove(entry);
      sendMore();
    }

    private void reconnect() {
      boolean takesOver = random.nextBoolean();
      log.add(takesOver ? "take over" : "reconnect");
      // everything it sent is obeyed
      client.ping();
      if (!takesOver) {
        client.close();
      }
      RawClient before = client;
      client = connect();
      assertThat(client.connack().sessionPresent()).isTrue();
      before.close();
      window.forEach(entry -> entry.sent = false);
      sendMore();
    }

    /** First what was sent on an earlier connection, in its order; then what waits. */
    private void sendMore() {
      for (Entry entry : window) {
        if (entry.sent) {
          continue;
        }
        if (entry.received) {
          expectRelease(entry);
          entry.sent = true;
        } else if (underWay() < quota) {
          expectMessage(entry, true);
        }
      }
      while (!queue.isEmpty() && window.size() < quota) {
        Entry entry = queue.remove();
        window.add(entry);
        expectMessage(entry, false);
      }
    }

    private long underWay() {
      return window.stream().filter(entry -> entry.sent).count();
    }

    private void expectRelease(Entry entry) {
      Received release = client.next();
      assertThat(release.type()).isEqualTo(PacketType.PUBREL);
      assertThat(release.id()).isEqualTo(entry.id);
      assertThat(release.code()).isZero();
    }

    private void expectMessage(Entry entry, boolean again) {
      Received message = client.next();
      assertThat(message.type()).isEqualTo(PacketType.PUBLISH);
      assertThat(message.payload()).isEqualTo(entry.payload);
      assertThat(message.qos()).isEqualTo(entry.qos);
      assertThat(message.duplicate()).isEqualTo(again);
      if (again) {
        assertThat(message.id()).isEqualTo(entry.id);
      } else {
        assertThat(message.id()).isPositive();
        assertThat(window.stream().filter(other -> other != entry).map(other -> other.id))
            .doesNotContain(message.id());
        entry.id = message.id();
      }
      entry.sent = true;
    }
  }
}
