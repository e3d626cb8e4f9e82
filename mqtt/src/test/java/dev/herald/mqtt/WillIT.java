package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static dev.herald.mqtt.codec.Bytes.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The last word of a client (sections 3.1.2.5 and 3.1.3.2). */
final class WillIT extends EdgeTest {
  private final RawClient witness;

  WillIT() {
    witness = edge.client(5, "witness");
  }

  @BeforeEach
  void watch() {
    witness.subscribe(0x08 | 2, "#");
  }

  @Proves(v5 = {"MQTT-3.1.2-7", "MQTT-3.1.2-8", "MQTT-3.1.2-12", "MQTT-3.1.2-14", "MQTT-3.2.2-12"})
  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void will_atTheLossOfTheConnection(int version) {
    RawClient client = edge.client(Wire.hello(version, "c").will("w", "lost", 2, false));
    client.close();
    Received will = witness.message();
    assertThat(will.topic()).isEqualTo("w");
    assertThat(will.payload()).isEqualTo("lost");
    assertThat(will.qos()).isEqualTo(2);
    assertThat(will.retained()).isFalse();
  }

  @Proves(v5 = {"MQTT-3.1.2-8", "MQTT-3.1.2-10"})
  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void will_notAfterDisconnect(int version) {
    RawClient client = edge.client(Wire.hello(version, "c").will("w", "lost", 1, false));
    client.disconnect();
    RawClient next = edge.client(Wire.hello(version, "d").will("w", "next", 1, false));
    next.close();
    assertThat(witness.message().payload()).isEqualTo("next");
  }

  @Proves(v5 = "MQTT-3.1.2-8")
  @ParameterizedTest
  @ValueSource(ints = {0x04, 0x80, 0x81, 0x99})
  void will_afterDisconnectWithAnotherReasonThanNormal(int reason) {
    // only reason 0x00 removes the will [MQTT-3.1.2-10] [MQTT-3.14.4-3]
    RawClient client = edge.client(Wire.hello(5, "c").will("w", "told", 1, false));
    client.send(Wire.disconnect(reason, Wire.NO_PROPERTIES));
    client.expectClosed();
    assertThat(witness.message().payload()).isEqualTo("told");
  }

  @Test
  void will_afterAProtocolError() {
    RawClient client = edge.client(Wire.hello(5, "c").will("w", "error", 1, false));
    client.send(Wire.packet(0xF0));
    client.expectEnd(Reason.PROTOCOL_ERROR);
    assertThat(witness.message().payload()).isEqualTo("error");
  }

  @Test
  void will_afterTheKeepAlive() {
    RawClient client = edge.client(Wire.hello(5, "c").keepAlive(100).will("w", "silent", 1, false));
    edge.pass(200);
    client.expectEnd(Reason.KEEP_ALIVE_TIMEOUT);
    assertThat(witness.message().payload()).isEqualTo("silent");
  }

  @Proves(v5 = {"MQTT-3.1.2-8", "MQTT-3.1.2-10"})
  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void will_atTakeOver(int version) {
    RawClient first = edge.client(Wire.hello(version, "c").will("w", "first", 1, false));
    RawClient second = edge.client(Wire.hello(version, "c").will("w", "second", 1, false));
    first.expectEnd(Reason.SESSION_TAKEN_OVER);
    assertThat(witness.message().payload()).isEqualTo("first");
    second.disconnect();
    witness.expectNoMessage();
  }

  @Proves(v5 = "MQTT-3.1.2-15")
  @Test
  void will_retainedStays() {
    edge.client(Wire.hello(5, "c").will("w", "kept", 1, true)).close();
    Received live = witness.message();
    assertThat(live.retained()).as("retain as published").isTrue();
    RawClient later = edge.client(5, "later");
    later.subscribe(0, "w");
    assertThat(later.message().payload()).isEqualTo("kept");
  }

  @Proves(v5 = "MQTT-3.1.3-10")
  @Test
  void will_propertiesAreTold() {
    edge.client(
            Wire.hello(5, "c")
                .will(
                    "w",
                    "p",
                    0,
                    false,
                    bytes(
                        Wire.expiry(60),
                        0x01,
                        1,
                        Wire.userProperty("z", "1"),
                        Wire.userProperty("a", "2"),
                        Wire.userProperty("z", "0"))))
        .close();
    Received will = witness.message();
    assertThat(will.property(0x02)).containsExactly(60L);
    assertThat(will.property(0x01)).containsExactly(1);
    assertThat(will.property(0x26)).containsExactly("z=1", "a=2", "z=0");
  }

  @Proves(v5 = {"MQTT-3.1.2-8", "MQTT-3.1.2-10"})
  @Test
  void will_delayed() {
    edge.client(Wire.hello(5, "c").resume().sessionExpiry(1000).willAfter(100, "w", "late"))
        .close();
    edge.awaitMetric("herald_mqtt_connections", 1);
    edge.pass(98);
    witness.expectNoMessage();
    edge.pass(4);
    assertThat(witness.message().payload()).isEqualTo("late");
    edge.pass(1000);
    witness.expectNoMessage();
    edge.awaitMetric("herald_mqtt_sessions", 1);
  }

  @Proves(v5 = {"MQTT-3.1.2-8", "MQTT-3.1.3-9"})
  @Test
  void will_delayedIsCancelledByResume() {
    edge.client(Wire.hello(5, "c").resume().sessionExpiry(1000).willAfter(100, "w", "late"))
        .close();
    edge.awaitMetric("herald_mqtt_connections", 1);
    edge.pass(50);
    RawClient again = edge.client(Wire.hello(5, "c").resume().sessionExpiry(1000));
    assertThat(again.connack().sessionPresent()).isTrue();
    edge.pass(100);
    again.close();
    edge.awaitMetric("herald_mqtt_connections", 1);
    edge.pass(2000);
    witness.expectNoMessage();
  }

  @Proves(v5 = "MQTT-3.1.2-8")
  @Test
  void will_delayedIsDueBeforeTheSweepCameRound() {
    edge.client(Wire.hello(5, "c").resume().sessionExpiry(1000).willAfter(100, "w", "due")).close();
    edge.awaitMetric("herald_mqtt_connections", 1);
    edge.clock.advance(Duration.ofSeconds(100));
    RawClient again = edge.client(Wire.hello(5, "c").resume().sessionExpiry(1000));
    assertThat(again.connack().sessionPresent()).isTrue();
    assertThat(witness.message().payload()).isEqualTo("due");
  }

  @Proves(v5 = "MQTT-3.1.3-9")
  @Test
  void will_delayedIsCancelledByTakeOver() {
    RawClient first =
        edge.client(Wire.hello(5, "c").resume().sessionExpiry(1000).willAfter(100, "w", "late"));
    RawClient second = edge.client(Wire.hello(5, "c").resume().sessionExpiry(1000));
    first.expectEnd(Reason.SESSION_TAKEN_OVER);
    edge.pass(200);
    witness.expectNoMessage();
    second.ping();
  }

  @Proves(v5 = "MQTT-3.1.2-8")
  @Test
  void will_delayedComesWithTheEndOfTheSession() {
    edge.client(Wire.hello(5, "c").resume().sessionExpiry(10).willAfter(100, "w", "ended")).close();
    edge.awaitMetric("herald_mqtt_connections", 1);
    edge.pass(12);
    assertThat(witness.message().payload()).isEqualTo("ended");
  }

  @Test
  void will_delayedComesWithACleanStart() {
    edge.client(Wire.hello(5, "c").resume().sessionExpiry(1000).willAfter(100, "w", "ended"))
        .close();
    edge.awaitMetric("herald_mqtt_connections", 1);
    edge.client(5, "c").disconnect();
    assertThat(witness.message().payload()).isEqualTo("ended");
    RawClient first =
        edge.client(Wire.hello(5, "d").resume().sessionExpiry(1000).willAfter(100, "w", "d"));
    RawClient second = edge.client(5, "d");
    first.expectEnd(Reason.SESSION_TAKEN_OVER);
    assertThat(witness.message().payload()).isEqualTo("d");
    second.ping();
  }

  @Test
  void will_delayedOfASessionThatEndsWithItsConnectionIsNotDelayed() {
    edge.client(Wire.hello(5, "c").willAfter(100, "w", "at once")).close();
    assertThat(witness.message().payload()).isEqualTo("at once");
  }

  @Test
  void will_toATopicOfTheServerIsRefused() {
    RawClient v5 =
        RawClient.connect(edge.port(), Wire.hello(5, "c").will("$group/g", "p", 1, false));
    assertThat(v5.connack().code()).isEqualTo(Reason.TOPIC_NAME_INVALID);
    v5.expectClosed();
    for (String topic : new String[] {"$group/g", "$reply/c/x"}) {
      RawClient v4 = edge.open(4);
      v4.send(Wire.hello(4, "c").will(topic, "p", 1, false).toBytes());
      v4.expectClosed();
    }
    edge.awaitMetric("herald_mqtt_sessions", 1);
  }

  /** As bridges leave it. */
  @Test
  void will_toATopicNobodyCanSubscribeToGoesNowhere() {
    edge.client(Wire.hello(4, "c").will("$SYS/broker/connection/c/state", "0", 1, true)).close();
    edge.awaitMetric("herald_mqtt_sessions", 1);
    assertThat(edge.dropped("refused")).isEqualTo(1);
    assertThat(edge.metric("herald_retained_messages")).isZero();
    witness.expectNoMessage();
    RawClient v5 = RawClient.connect(edge.port(), Wire.hello(5, "c").will("$SYS/x", "p", 1, false));
    assertThat(v5.connack().code()).as("a client that can be told").isEqualTo(0x90);
  }

  @Test
  void will_payloadThatIsNotTheTextItIsDeclaredToBe() {
    RawClient refused = edge.open(5);
    byte[] will = bytes(2, 0x01, 1, text("w"), 0, 2, 0xC3, 0x28);
    refused.send(Wire.packet(0x10, text("MQTT"), 5, 0x06, 0, 0, 0, text("c"), will));
    assertThat(refused.await(PacketType.CONNACK).code()).isEqualTo(Reason.PAYLOAD_FORMAT_INVALID);
    refused.expectClosed();
    edge.client(Wire.hello(5, "d").will("w", "\u00e9", 0, false, bytes(0x01, 1))).close();
    assertThat(witness.message().payload()).isEqualTo("\u00e9");
  }

  @Test
  void will_whenTheServerStops() {
    RawClient client = edge.client(Wire.hello(5, "c").will("w", "stopped", 1, true));
    edge.close();
    client.expectEnd(Reason.SERVER_SHUTTING_DOWN);
    assertThat(edge.metric("herald_retained_messages")).isEqualTo(1);
  }
}
