package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static dev.herald.mqtt.codec.Bytes.u32;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What outlives a connection, and for how long. */
final class SessionIT extends EdgeTest {
  private static final int SESSION_EXPIRY = 0x11;

  @Proves(
      v5 = {
        "MQTT-3.1.2-5",
        "MQTT-3.1.2-6",
        "MQTT-3.1.2-23",
        "MQTT-3.1.3-2",
        "MQTT-3.1.4-4",
        "MQTT-3.2.2-3",
        "MQTT-3.2.2-4"
      })
  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void resume_keepsSubscriptionsAndMessages(int version) {
    RawClient first = edge.client(Wire.lasting(version, "c"));
    assertThat(first.connack().sessionPresent()).isFalse();
    first.subscribe(2, "t");
    first.disconnect();
    RawClient publisher = edge.client(5, "p");
    for (int qos = 0; qos <= 2; qos++) {
      assertThat(publisher.publish("t", "qos " + qos, qos)).isZero();
    }
    RawClient second = edge.client(Wire.lasting(version, "c"));
    assertThat(second.connack().sessionPresent()).isTrue();
    assertThat(second.payloads(2)).containsExactly("qos 1", "qos 2");
    assertThat(publisher.publish("t", "live", 0)).isZero();
    assertThat(second.message().payload()).isEqualTo("live");
    assertThat(edge.sessions()).isEqualTo(2);
  }

  @Test
  void resume_tooLateBeforeTheSweepCameRound() {
    RawClient first = edge.client(Wire.hello(5, "c").resume().sessionExpiry(10));
    first.subscribe(1, "t");
    first.disconnect();
    edge.awaitMetric("herald_mqtt_connections", 0);
    edge.clock.advance(Duration.ofSeconds(9));
    RawClient inTime = edge.client(Wire.hello(5, "c").resume().sessionExpiry(10));
    assertThat(inTime.connack().sessionPresent()).isTrue();
    inTime.disconnect();
    edge.awaitMetric("herald_mqtt_connections", 0);
    edge.clock.advance(Duration.ofSeconds(10));
    RawClient late = edge.client(Wire.hello(5, "c").resume().sessionExpiry(10));
    assertThat(late.connack().sessionPresent()).isFalse();
    assertThat(edge.metric("herald_subscriptions")).isZero();
  }

  @Proves(v5 = {"MQTT-3.1.2-4", "MQTT-3.1.4-4", "MQTT-3.2.2-2", "MQTT-3.2.2-3", "MQTT-3.2.2-4"})
  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void cleanStart_forgetsTheSession(int version) {
    RawClient first = edge.client(Wire.lasting(version, "c"));
    first.subscribe(1, "t");
    first.disconnect();
    RawClient second = edge.client(version, "c");
    assertThat(second.connack().sessionPresent()).isFalse();
    assertThat(edge.client(5, "p").publish("t", "p", 1)).isEqualTo(0x10);
    second.disconnect();
    RawClient third = edge.client(Wire.lasting(version, "c"));
    assertThat(third.connack().sessionPresent()).as("a clean session left nothing").isFalse();
  }

  @Proves(v5 = "MQTT-3.2.0-1")
  @Test
  void resume_theAnswerComesFirst() {
    RawClient first = edge.client(Wire.lasting(5, "c")).silent();
    first.subscribe(1, "t");
    RawClient publisher = edge.client(5, "p");
    assertThat(publisher.publish("t", "under way", 1)).isZero();
    assertThat(first.message().payload()).isEqualTo("under way");
    first.close();
    edge.awaitMetric("herald_mqtt_connections", 1);
    assertThat(publisher.publish("t", "waiting", 1)).isZero();
    RawClient second = edge.open(5);
    second.send(Wire.lasting(5, "c").toBytes());
    assertThat(second.read()).isNotNull().extracting(Received::type).isEqualTo(PacketType.CONNACK);
    assertThat(second.payloads(2)).containsExactly("under way", "waiting");
  }

  @Proves(v5 = "MQTT-3.2.2-5")
  @Test
  void cleanStart_whatAClientSendsAgainIsNew() {
    RawClient subscriber = edge.client(5, "s");
    subscriber.subscribe(2, "t");
    RawClient first = edge.client(Wire.lasting(5, "c"));
    first.send(Wire.publish(5, 2, "t", 7, "p"));
    Received _ = first.await(PacketType.PUBREC);
    first.close();
    RawClient second = edge.client(5, "c");
    second.send(Wire.publish(5, 0b1100, "t", 7, Wire.NO_PROPERTIES, bytes("p")));
    assertThat(second.await(PacketType.PUBREC).code()).isZero();
    assertThat(subscriber.payloads(2)).containsExactly("p", "p");
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void takeOver_sessionThatEndsWithItsConnectionIsNotResumed(int version) {
    RawClient first = edge.client(version, "c");
    first.subscribe(1, "t");
    RawClient second = edge.client(Wire.lasting(version, "c"));
    first.expectEnd(Reason.SESSION_TAKEN_OVER);
    assertThat(second.connack().sessionPresent()).as("[MQTT-3.1.2-6 of 3.1.1]").isFalse();
    assertThat(edge.metric("herald_subscriptions")).isZero();
  }

  @Proves(v5 = "MQTT-3.3.1-1")
  @Test
  void unacknowledged_isSentAgainInOrder() {
    RawClient first = edge.client(Wire.lasting(5, "c")).silent();
    first.subscribe(2, "t");
    RawClient publisher = edge.client(5, "p");
    for (int i = 0; i < 6; i++) {
      assertThat(publisher.publish("t", "" + i, 1 + i % 2)).isZero();
    }
    List<Received> sent = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      sent.add(first.message());
    }
    assertThat(sent).noneMatch(Received::duplicate);
    // 2 is done; 1 is received but not complete; 0, 3, 4, 5 are open
    first.send(Wire.ack(PacketType.PUBACK, sent.get(2).id()));
    first.send(Wire.ack(PacketType.PUBREC, sent.get(1).id()));
    assertThat(first.await(PacketType.PUBREL).id()).isEqualTo(sent.get(1).id());
    first.close();
    edge.awaitMetric("herald_mqtt_connections", 1);
    assertThat(publisher.publish("t", "6", 1)).isZero();

    RawClient second = edge.client(Wire.lasting(5, "c")).silent();
    Received zero = second.message();
    assertThat(zero.payload()).isEqualTo("0");
    assertThat(zero.duplicate()).isTrue();
    assertThat(zero.id()).isEqualTo(sent.get(0).id());
    assertThat(second.await(PacketType.PUBREL).id()).isEqualTo(sent.get(1).id());
    for (int i = 3; i < 6; i++) {
      Received again = second.message();
      assertThat(again.payload()).isEqualTo("" + i);
      assertThat(again.duplicate()).isTrue();
      assertThat(again.id()).isEqualTo(sent.get(i).id());
      assertThat(again.qos()).isEqualTo(1 + i % 2);
    }
    Received last = second.message();
    assertThat(last.payload()).isEqualTo("6");
    assertThat(last.duplicate()).isFalse();
    second.send(Wire.ack(PacketType.PUBCOMP, sent.get(1).id()));
    second.close();

    RawClient third = edge.client(Wire.lasting(5, "c"));
    assertThat(third.payloads(5)).containsExactly("0", "3", "4", "5", "6");
    third.expectNoMessage();
  }

  @Test
  void order_isKeptOverReconnects() {
    RawClient publisher = edge.client(5, "p");
    RawClient client = edge.client(Wire.lasting(5, "c").receiveMaximum(5)).silent();
    client.subscribe(1, "t");
    int received = 0;
    for (int round = 0; round < 8; round++) {
      byte[] ten = {};
      for (int i = 0; i < 10; i++) {
        ten = bytes(ten, Wire.publish(5, 1, "t", 1 + i, "" + (round * 10 + i)));
      }
      publisher.send(ten);
      for (int i = 0; i < 10; i++) {
        Received _ = publisher.await(PacketType.PUBACK);
      }
      for (int i = 0; i < 7; i++) {
        Received message = client.message();
        assertThat(message.payload()).isEqualTo("" + received++);
        client.send(Wire.ack(PacketType.PUBACK, message.id()));
      }
      // all of the seven acknowledgements count before the connection is lost
      client.ping();
      client.close();
      client = edge.client(Wire.lasting(5, "c").receiveMaximum(5)).silent();
    }
  }

  @Proves(v5 = {"MQTT-3.3.4-9", "MQTT-3.3.4-10"})
  @Test
  void receiveMaximum_isNeverExceeded() {
    RawClient client = edge.client(Wire.lasting(5, "c").receiveMaximum(3)).silent();
    client.subscribe(2, "t");
    RawClient publisher = edge.client(5, "p");
    for (int i = 0; i < 10; i++) {
      assertThat(publisher.publish("t", "" + i, 1 + i % 2)).isZero();
    }
    Received zero = client.message();
    Received one = client.message();
    Received two = client.message();
    client.expectNoMessage();
    client.send(Wire.ack(PacketType.PUBREC, one.id()));
    Received _ = client.await(PacketType.PUBREL);
    client.expectNoMessage();
    client.send(Wire.ack(PacketType.PUBCOMP, one.id()));
    assertThat(client.message().payload()).isEqualTo("3");
    client.expectNoMessage();
    client.send(Wire.ack(PacketType.PUBACK, two.id()));
    assertThat(client.message().payload()).isEqualTo("4");
    client.expectNoMessage();
    client.close();

    // a smaller maximum on the next connection
    RawClient next = edge.client(Wire.lasting(5, "c").receiveMaximum(1)).silent();
    assertThat(next.message().id()).isEqualTo(zero.id());
    next.expectNoMessage();
    next.send(Wire.ack(PacketType.PUBACK, zero.id()));
    Received three = next.message();
    assertThat(three.payload()).isEqualTo("3");
    assertThat(three.duplicate()).isTrue();
    next.expectNoMessage();
    next.close();

    RawClient last = edge.client(Wire.lasting(5, "c").receiveMaximum(2));
    assertThat(last.payloads(7)).containsExactly("3", "4", "5", "6", "7", "8", "9");
    last.expectNoMessage();
  }

  @Test
  void pubrec_refusalCompletesTheMessage() {
    RawClient client = edge.client(Wire.lasting(5, "c").receiveMaximum(1)).silent();
    client.subscribe(2, "t");
    RawClient publisher = edge.client(5, "p");
    assertThat(publisher.publish("t", "0", 2)).isZero();
    assertThat(publisher.publish("t", "1", 2)).isZero();
    Received zero = client.message();
    client.send(Wire.packet(0x50, zero.id() >> 8, zero.id(), 0x97));
    assertThat(client.message().payload()).isEqualTo("1");
    client.close();
    RawClient next = edge.client(Wire.lasting(5, "c"));
    assertThat(next.message().payload()).isEqualTo("1");
    next.expectNoMessage();
  }

  @Test
  void expiry_endsTheSession() {
    RawClient client = edge.client(Wire.hello(5, "c").resume().sessionExpiry(100));
    client.subscribe(1, "t");
    client.disconnect();
    edge.pass(98);
    assertThat(edge.sessions()).isEqualTo(1);
    RawClient again = edge.client(Wire.hello(5, "c").resume().sessionExpiry(100));
    assertThat(again.connack().sessionPresent()).isTrue();
    edge.pass(500);
    assertThat(edge.sessions()).as("connected sessions do not expire").isEqualTo(1);
    again.disconnect();
    edge.pass(102);
    edge.awaitMetric("herald_mqtt_sessions", 0);
    assertThat(edge.metric("herald_subscriptions")).isZero();
  }

  @Test
  void expiry_zeroEndsWithTheConnection() {
    RawClient client = edge.client(Wire.hello(5, "c").resume());
    assertThat(edge.sessions()).isEqualTo(1);
    client.close();
    edge.awaitMetric("herald_mqtt_sessions", 0);
  }

  @Test
  void expiry_isBoundedAndTold() {
    restart("sessionExpiryMax", "60s");
    RawClient asks = edge.client(Wire.hello(5, "c").resume().sessionExpiry(0xFFFF_FFFFL));
    assertThat(asks.connack().property(SESSION_EXPIRY)).containsExactly(60L);
    RawClient fits = edge.client(Wire.hello(5, "d").resume().sessionExpiry(60));
    assertThat(fits.connack().property(SESSION_EXPIRY)).isEmpty();
    RawClient old = edge.client(Wire.hello(4, "e").resume());
    asks.disconnect();
    fits.disconnect();
    old.disconnect();
    edge.pass(58);
    assertThat(edge.sessions()).isEqualTo(3);
    edge.pass(4);
    edge.awaitMetric("herald_mqtt_sessions", 0);
  }

  @Test
  void expiry_changesAtDisconnect() {
    RawClient longer = edge.client(Wire.hello(5, "longer").resume().sessionExpiry(10));
    longer.send(Wire.disconnect(0, bytes(SESSION_EXPIRY, u32(100))));
    longer.expectClosed();
    RawClient ends = edge.client(Wire.hello(5, "ends").resume().sessionExpiry(10));
    ends.send(Wire.disconnect(0, bytes(SESSION_EXPIRY, u32(0))));
    ends.expectClosed();
    edge.awaitMetric("herald_mqtt_sessions", 1);
    edge.pass(50);
    assertThat(edge.sessions()).isEqualTo(1);
    edge.pass(60);
    edge.awaitMetric("herald_mqtt_sessions", 0);
  }

  @Test
  void expiry_cannotBeginAtDisconnect() {
    RawClient client = edge.client(5, "c");
    client.send(Wire.disconnect(0, bytes(SESSION_EXPIRY, u32(1))));
    client.expectEnd(Reason.PROTOCOL_ERROR);
    RawClient zero = edge.client(5, "c");
    zero.send(Wire.disconnect(0, bytes(SESSION_EXPIRY, u32(0))));
    zero.expectClosed();
  }

  @Proves(v5 = "MQTT-3.1.4-3")
  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void takeOver_endsTheEarlierConnection(int version) {
    RawClient first = edge.client(Wire.lasting(version, "c"));
    first.subscribe(1, "t");
    for (int i = 0; i < 6; i++) {
      RawClient next = edge.client(Wire.lasting(version, "c"));
      assertThat(next.connack().sessionPresent()).isTrue();
      first.expectEnd(Reason.SESSION_TAKEN_OVER);
      first = next;
    }
    assertThat(edge.client(5, "p").publish("t", "p", 1)).isZero();
    assertThat(first.message().payload()).isEqualTo("p");
    assertThat(edge.metric("herald_mqtt_sessions_taken_over_total")).isEqualTo(6);
  }

  @Test
  void takeOver_byAnotherVersion() {
    RawClient first = edge.client(Wire.hello(5, "c").resume().sessionExpiry(100)).silent();
    first.subscribe(Wire.identifier(7), 2, "t");
    assertThat(edge.client(5, "p").publish("t", "p", 2, Wire.userProperty("k", "v"))).isZero();
    int id = first.message().id();
    RawClient second = edge.client(Wire.lasting(4, "c"));
    first.expectEnd(Reason.SESSION_TAKEN_OVER);
    assertThat(second.connack().sessionPresent()).isTrue();
    Received again = second.message();
    assertThat(again.id()).isEqualTo(id);
    assertThat(again.payload()).isEqualTo("p");
  }

  @Proves(v5 = {"MQTT-3.3.2-5", "MQTT-3.3.2-6"})
  @Test
  void expiredMessages_areNotSent() {
    RawClient client = edge.client(Wire.lasting(5, "c"));
    client.subscribe(1, "t");
    client.disconnect();
    RawClient publisher = edge.client(5, "p");
    assertThat(publisher.publish("t", "short", 2, Wire.expiry(10))).isZero();
    assertThat(publisher.publish("t", "long", 2, Wire.expiry(100))).isZero();
    assertThat(publisher.publish("t", "for ever", 1)).isZero();
    edge.pass(30);
    RawClient again = edge.client(Wire.lasting(5, "c"));
    Received longer = again.message();
    assertThat(longer.payload()).isEqualTo("long");
    assertThat(longer.property(0x02)).containsExactly(70L);
    Received last = again.message();
    assertThat(last.payload()).isEqualTo("for ever");
    assertThat(last.property(0x02)).isEmpty();
    again.expectNoMessage();
    assertThat(edge.dropped("expired")).isEqualTo(1);
  }

  @Test
  void expiry_ofALiveMessageIsTold() {
    RawClient client = edge.client(5, "c");
    client.subscribe(1, "t");
    RawClient publisher = edge.client(5, "p");
    for (int qos = 0; qos <= 1; qos++) {
      int _ = publisher.publish("t", "p", qos << 1, Wire.expiry(0xFFFF_FFFFL));
      assertThat(client.message().property(0x02)).containsExactly(0xFFFF_FFFFL);
    }
  }

  @Proves(v5 = "MQTT-3.3.2-5")
  @Test
  void expiry_zeroIsOverAtOnce() {
    RawClient client = edge.client(5, "c");
    client.subscribe(1, "t");
    RawClient publisher = edge.client(5, "p");
    for (int qos = 0; qos <= 1; qos++) {
      int _ = publisher.publish("t", "p", qos << 1, Wire.expiry(0));
    }
    assertThat(publisher.publish("t", "next", 1)).isZero();
    assertThat(client.message().payload()).isEqualTo("next");
    assertThat(edge.dropped("expired")).isEqualTo(2);
  }

  @Proves(v5 = "MQTT-2.2.1-4")
  @Test
  void packetIdentifiers_areReusedOnlyWhenFree() {
    restart("inflightMax", "65535");
    RawClient client = edge.client(Wire.lasting(5, "c")).silent();
    client.subscribe(1, "t");
    RawClient publisher = edge.client(5, "p");
    assertThat(publisher.publish("t", "first", 1)).isZero();
    Received first = client.message();
    for (int i = 0; i < 10; i++) {
      assertThat(publisher.publish("t", "p", 1)).isZero();
      Received message = client.message();
      assertThat(message.id()).isNotEqualTo(first.id());
      client.send(Wire.ack(PacketType.PUBACK, message.id()));
    }
    // acknowledgements of nothing harm nobody
    client.send(Wire.ack(PacketType.PUBACK, 60_000), Wire.ack(PacketType.PUBCOMP, 60_000));
    client.expectNoMessage();
  }
}
