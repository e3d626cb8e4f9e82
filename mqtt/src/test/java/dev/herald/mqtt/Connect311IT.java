package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static dev.herald.mqtt.codec.Bytes.text;
import static dev.herald.mqtt.codec.Bytes.u16;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.mqtt.codec.PacketType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections, sessions and wills of MQTT 3.1.1 (sections 3.1, 3.2, 3.12, 3.14 and 4.1). */
final class Connect311IT extends EdgeTest {
  private final RawClient witness = edge.client(4, "witness");

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 6, 127, 0x84, 255})
  @Proves(v311 = {"MQTT-3.1.2-2", "MQTT-3.2.0-1", "MQTT-3.2.2-4", "MQTT-3.2.2-5"})
  void level_thatIsNotServedIsTold(int level) {
    RawClient client = edge.open(4);
    client.send(Wire.packet(0x10, text("MQTT"), level, 2, u16(0), text("c")));
    if (level > 5) {
      // a later version reads an answer of the latest one we know
      assertThat(client.next().type()).isEqualTo(2);
    } else {
      assertThat(client.await(PacketType.CONNACK).codes()).containsExactly(0, 1);
    }
    client.expectClosed();
  }

  @Test
  @Proves(
      v311 = {
        "MQTT-3.1.4-4",
        "MQTT-3.2.0-1",
        "MQTT-3.2.2-1",
        "MQTT-7.0.0-2",
        "MQTT-7.1.1-1",
        "MQTT-7.1.2-1"
      })
  void connack_isTheFirstPacketAndAllThatIsNeededFollows() {
    RawClient client = edge.open(4);
    byte[] all =
        bytes(Wire.hello(4, "c").toBytes(), Wire.subscribe(4, 1, Wire.NO_PROPERTIES, 0, "t"));
    for (int i = 0; i < 500; i++) {
      all = bytes(all, Wire.publish(4, 0, "t", 0, i + "x".repeat(i)));
    }
    client.send(all);
    Received connack = client.next();
    assertThat(connack.type()).isEqualTo(PacketType.CONNACK);
    assertThat(connack.codes()).containsExactly(0, 0);
    assertThat(client.await(PacketType.SUBACK).codes()).containsExactly(0);
    for (int i = 0; i < 500; i++) {
      assertThat(client.message().payload()).isEqualTo(i + "x".repeat(i));
    }
  }

  @Test
  @Proves(v311 = {"MQTT-3.1.3-5"})
  void clientId_ofLettersAndDigits() {
    String all = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (int length = 1; length <= 23; length++) {
      edge.client(4, all.substring(0, length)).disconnect();
      edge.client(4, all.substring(all.length() - length)).disconnect();
    }
    edge.client(4, all.substring(20, 43)).disconnect();
  }

  @Test
  @Proves(v311 = {"MQTT-3.1.3-6"})
  void clientId_emptyIsOneOfItsOwn() {
    RawClient first = edge.client(4, "");
    RawClient second = edge.client(4, "");
    first.subscribe(0, "t");
    second.subscribe(0, "t");
    assertThat(first.publish("t", "p", 1)).isZero();
    assertThat(first.message().payload()).isEqualTo("p");
    assertThat(second.message().payload()).isEqualTo("p");
    assertThat(edge.sessions()).isEqualTo(3);
    first.disconnect();
    edge.awaitMetric("herald_mqtt_sessions", 2);
  }

  @Test
  @Proves(
      v311 = {
        "MQTT-3.1.3-7",
        "MQTT-3.1.3-8",
        "MQTT-3.1.3-9",
        "MQTT-3.1.4-5",
        "MQTT-3.2.2-4",
        "MQTT-3.2.2-5"
      })
  void clientId_refusedAndNothingBehindItIsObeyed() {
    witness.subscribe(0, "#");
    for (String refused : new String[] {"", "c".repeat(1025)}) {
      RawClient client = edge.open(4);
      client.send(
          Wire.hello(4, refused).resume().will("w", "will", 0, false).toBytes(),
          Wire.publish(4, 0, "t", 0, "behind"),
          Wire.subscribe(4, 1, Wire.NO_PROPERTIES, 0, "t"),
          Wire.PINGREQ);
      assertThat(client.await(PacketType.CONNACK).codes()).containsExactly(0, 2);
      client.expectClosed();
    }
    edge.awaitMetric("herald_mqtt_connections", 1);
    witness.expectNoMessage();
    assertThat(edge.sessions()).isEqualTo(1);
  }

  @Test
  @Proves(v311 = {"MQTT-3.2.2-4", "MQTT-3.2.2-5"})
  void refusal_saysNoSessionThoughThereIsOne() {
    restart("sessionsMax", "1");
    edge.client(Wire.hello(4, "c").resume()).disconnect();
    RawClient other = RawClient.connect(edge.port(), Wire.hello(4, "d").resume());
    assertThat(other.connack().codes()).containsExactly(0, 3);
    other.expectClosed();
    RawClient badName = RawClient.connect(edge.port(), Wire.hello(4, "c").resume().user("/u"));
    assertThat(badName.connack().codes()).containsExactly(0, 4);
    badName.expectClosed();
  }

  @Test
  @Proves(v311 = "MQTT-3.2.2-6")
  void refusal_withoutAReturnCodeIsSilent() {
    RawClient client = edge.open(4);
    client.send(Wire.hello(4, "c").will("$group/g", "m", 0, false).toBytes());
    client.expectClosed();
  }

  // ---- the session

  @Test
  @Proves(
      v311 = {
        "MQTT-3.1.2-4",
        "MQTT-3.1.2-5",
        "MQTT-3.1.3-2",
        "MQTT-3.1.4-3",
        "MQTT-3.2.2-2",
        "MQTT-3.2.2-3",
        "MQTT-4.1.0-1"
      })
  void session_isResumedByItsClientIdentifier() {
    RawClient first = edge.client(Wire.hello(4, "c").resume());
    assertThat(first.connack().codes()).as("there was none").containsExactly(0, 0);
    first.subscribe(2, "t");
    first.subscribe(0, "zero");
    first.close();
    edge.awaitMetric("herald_mqtt_connections", 1);
    for (int qos = 0; qos <= 2; qos++) {
      assertThat(witness.publish("t", "" + qos, qos)).isZero();
      assertThat(witness.publish("zero", "" + qos, qos)).isZero();
    }
    RawClient other = edge.client(Wire.hello(4, "C").resume());
    assertThat(other.connack().sessionPresent()).isFalse();
    other.expectNoMessage();
    RawClient second = edge.client(Wire.hello(4, "c").resume());
    assertThat(second.connack().codes()).containsExactly(1, 0);
    assertThat(second.payloads(2)).containsExactly("1", "2");
    second.expectNoMessage();
    assertThat(witness.publish("zero", "live", 0)).isZero();
    assertThat(second.message().payload()).isEqualTo("live");
  }

  @Test
  @Proves(v311 = {"MQTT-3.1.2-6", "MQTT-3.1.2-7", "MQTT-3.1.4-3", "MQTT-3.2.2-1", "MQTT-3.2.2-3"})
  void session_cleanOneLeavesNothingButRetainedMessages() {
    RawClient kept = edge.client(Wire.hello(4, "c").resume());
    kept.subscribe(1, "t");
    kept.disconnect();
    RawClient clean = edge.client(4, "c");
    assertThat(clean.connack().codes()).containsExactly(0, 0);
    assertThat(witness.publish("t", "for nobody", 1)).isZero();
    clean.expectNoMessage();
    clean.subscribe(1, "u");
    clean.retain("r", "stays", 1);
    clean.disconnect();
    assertThat(witness.publish("u", "for nobody", 1)).isZero();
    RawClient again = edge.client(Wire.hello(4, "c").resume());
    assertThat(again.connack().codes()).containsExactly(0, 0);
    again.expectNoMessage();
    again.subscribe(0, "r");
    assertThat(again.message().payload()).isEqualTo("stays");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @Proves(v311 = {"MQTT-3.1.4-2", "MQTT-4.1.0-2"})
  void session_ofAConnectedClientIsTakenOver(boolean clean) {
    Wire.Hello hello = clean ? Wire.hello(4, "c") : Wire.hello(4, "c").resume();
    RawClient first = edge.client(hello);
    first.subscribe(1, "t");
    edge.pass(100_000);
    assertThat(witness.publish("t", "still there", 1)).isZero();
    assertThat(first.message().payload()).isEqualTo("still there");
    RawClient second = edge.client(hello);
    first.expectClosed();
    assertThat(second.connack().sessionPresent()).isEqualTo(!clean);
    second.ping();
  }

  // ---- the keep-alive

  @Test
  @Proves(v311 = {"MQTT-3.1.2-23", "MQTT-3.1.2-24", "MQTT-3.12.4-1"})
  void keepAlive_silenceIsALostConnection() {
    witness.subscribe(0, "w");
    RawClient silent =
        edge.client(Wire.hello(4, "silent").keepAlive(1000).will("w", "silent", 0, false));
    RawClient pings = edge.client(Wire.hello(4, "pings").keepAlive(1000));
    RawClient none = edge.client(4, "none");
    edge.pass(1400);
    pings.ping();
    witness.expectNoMessage();
    edge.pass(200);
    silent.expectClosed();
    assertThat(witness.message().payload()).isEqualTo("silent");
    edge.pass(1200);
    pings.ping();
    none.ping();
  }

  // ---- the will

  @ParameterizedTest
  @CsvSource({"0, false", "1, false", "2, false", "0, true", "1, true", "2, true"})
  @Proves(
      v311 = {
        "MQTT-3.1.2-8",
        "MQTT-3.1.2-9",
        "MQTT-3.1.2-10",
        "MQTT-3.1.2-14",
        "MQTT-3.1.2-16",
        "MQTT-3.1.2-17"
      })
  void will_isPublishedOnceAsAsked(int qos, boolean retain) {
    witness.subscribe(2, "w");
    Wire.Hello hello = Wire.hello(4, "c").resume();
    edge.client(Wire.hello(4, "c").resume().will("w", "lost", qos, retain)).close();
    Received will = witness.message();
    assertThat(will.payload()).isEqualTo("lost");
    assertThat(will.qos()).isEqualTo(qos);
    assertThat(will.retained()).as("to an established subscription").isFalse();
    RawClient later = edge.client(4, "later");
    later.subscribe(2, "w");
    if (retain) {
      assertThat(later.message().payload()).isEqualTo("lost");
    } else {
      later.expectNoMessage();
    }
    // it is gone with its publication, though the session is not
    edge.client(hello).close();
    edge.awaitMetric("herald_mqtt_connections", 2);
    witness.expectNoMessage();
  }

  @Test
  @Proves(
      v311 = {"MQTT-3.1.2-8", "MQTT-3.1.2-10", "MQTT-3.1.2-12", "MQTT-3.14.4-1", "MQTT-3.14.4-3"})
  void will_isForgottenAtDisconnectAndNeverMadeUp() {
    witness.subscribe(2, "#");
    edge.client(Wire.hello(4, "c").resume().will("w", "told", 1, false)).disconnect();
    edge.client(Wire.hello(4, "c").resume()).close();
    edge.client(4, "d").close();
    edge.awaitMetric("herald_mqtt_connections", 1);
    witness.expectNoMessage();
  }

  @Test
  @Proves(v311 = "MQTT-3.1.2-8")
  void will_comesAfterAViolationToo() {
    witness.subscribe(1, "w");
    RawClient client = edge.client(Wire.hello(4, "c").will("w", "violation", 1, false));
    client.send(Wire.packet(0xE1));
    client.expectClosed();
    assertThat(witness.message().payload()).isEqualTo("violation");
  }

  @Test
  @Proves(v311 = {"MQTT-3.14.4-1", "MQTT-3.14.4-2"})
  void disconnect_endsTheConnectionAndNothingBehindItIsObeyed() {
    witness.subscribe(0, "#");
    RawClient client = edge.client(4, "c");
    client.send(Wire.packet(0xE0), Wire.publish(4, 0, "t", 0, "late"), Wire.PINGREQ);
    client.expectClosed();
    edge.awaitMetric("herald_mqtt_connections", 1);
    witness.expectNoMessage();
  }

  @Test
  @Proves(
      v311 = {"MQTT-3.1.2-18", "MQTT-3.1.2-19", "MQTT-3.1.2-20", "MQTT-3.1.2-21", "MQTT-3.1.3-1"})
  void payload_isReadInItsOrder() {
    witness.subscribe(0, "w");
    RawClient client = edge.open(4);
    client.send(
        Wire.packet(
            0x10,
            text("MQTT"),
            4,
            0xC6, // user name, password, will, clean session
            u16(0),
            text("c"),
            text("w"),
            text("message"),
            text("user"),
            text("password")));
    assertThat(client.await(PacketType.CONNACK).codes()).containsExactly(0, 0);
    client.close();
    assertThat(witness.message().payload()).isEqualTo("message");
  }
}
