package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.core.error.ErrorCode;
import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages of groups, created by publishing to {@code $group/...}. */
final class GroupTopicIT extends EdgeTest {
  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void publish_createsAMessageThatEverySubscriberSees(int version) {
    RawClient reader = edge.client(Wire.hello(version, "r").user("app/ann"));
    assertThat(reader.subscribe(1, "$group/g")).containsExactly(1);
    RawClient writer = edge.client(Wire.hello(version, "w").user("app/bob"));
    for (int qos = 0; qos <= 2; qos++) {
      assertThat(writer.publish("$group/g", "qos " + qos, qos)).isZero();
    }
    assertThat(reader.payloads(3))
        .containsExactly("1 bob null qos 0", "2 bob null qos 1", "3 bob null qos 2");
  }

  @Test
  void publish_typeAndClientMessageId() {
    RawClient client = edge.client(5, "c");
    client.subscribe(1, "$group/g");
    byte[] first =
        bytes(Wire.userProperty("type", "-7"), Wire.userProperty("clientMessageId", "1"));
    assertThat(client.publish("$group/g", "first", 2, first)).isZero();
    assertThat(client.publish("$group/g", "again", 2, first)).isZero();
    assertThat(client.publish("$group/g", "next", 4, Wire.NO_PROPERTIES)).isZero();
    assertThat(client.payloads(2)).containsExactly("1 c -7 first", "2 c null next");
    client.expectNoMessage();
  }

  @Test
  void publish_contentThatIsNoText() {
    RawClient client = edge.client(5, "c");
    for (int qos = 1; qos <= 2; qos++) {
      client.send(Wire.publish(5, qos << 1, "$group/g", qos, Wire.NO_PROPERTIES, bytes(0xFF)));
      Received answer = client.await(qos == 1 ? PacketType.PUBACK : PacketType.PUBREC);
      assertThat(answer.code()).isEqualTo(Reason.PAYLOAD_FORMAT_INVALID);
    }
    // the identifier of the refused QoS 2 message is free
    client.send(Wire.publish(5, 2, "$group/g", 2, "text"));
    assertThat(client.await(PacketType.PUBREC).code()).isZero();
    RawClient old = edge.client(4, "o");
    old.send(Wire.publish(4, 2, "$group/g", 1, Wire.NO_PROPERTIES, bytes(0xFF)));
    old.expectClosed();
  }

  @Test
  void publish_contentOfEverySizeUpToTheLimit() {
    RawClient client = edge.client(5, "c");
    client.subscribe(0, "$group/g");
    assertThat(client.publish("$group/g", "", 1)).isZero();
    assertThat(client.message().payload()).isEqualTo("1 c null ");
    String largest = "x".repeat(65_535);
    assertThat(client.publish("$group/g", largest, 1)).isZero();
    assertThat(client.message().payload()).hasSize(9 + 65_535);
    assertThat(client.publish("$group/g", largest + "x", 1)).isEqualTo(0x83);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void publish_isAcknowledgedOnlyWhenStored(int qos) {
    RawClient client = edge.client(5, "c");
    client.subscribe(0, "$group/g");
    edge.store.shut();
    client.send(Wire.publish(5, qos, "$group/g", 1, "p"));
    client.expectNoMessage();
    edge.store.open();
    Received answer = client.await(qos == 1 ? PacketType.PUBACK : PacketType.PUBREC);
    assertThat(answer.code()).isZero();
    assertThat(client.message().payload()).isEqualTo("1 c null p");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void publish_refusedByTheStore(int qos) {
    edge.store.refuse(ErrorCode.STORE_UNAVAILABLE);
    RawClient client = edge.client(5, "c");
    assertThat(client.publish("$group/g", "p", qos))
        .isEqualTo(Reason.IMPLEMENTATION_SPECIFIC_ERROR);
    RawClient old = edge.client(4, "o");
    old.send(Wire.publish(4, qos, "$group/g", 1, "p"));
    old.expectClosed();
    edge.store.accept();
    assertThat(client.publish("$group/g", "p", qos)).isZero();
    log.expect("journal.batch_failed");
  }

  @Test
  void publish_qos2WaitsOverAReconnect() {
    RawClient client = edge.client(Wire.hello(5, "c").resume().sessionExpiry(100));
    RawClient reader = edge.client(5, "r");
    reader.subscribe(1, "$group/g");
    edge.store.shut();
    client.send(Wire.publish(5, 2, "$group/g", 9, "once"));
    client.ping();
    client.close();
    RawClient again = edge.client(Wire.hello(5, "c").resume().sessionExpiry(100));
    again.send(Wire.publish(5, 0b1100, "$group/g", 9, Wire.NO_PROPERTIES, bytes("once")));
    again.ping();
    edge.store.open();
    assertThat(again.await(PacketType.PUBREC).id()).isEqualTo(9);
    again.send(Wire.ack(PacketType.PUBREL, 9));
    assertThat(again.await(PacketType.PUBCOMP).code()).isZero();
    assertThat(reader.message().payload()).isEqualTo("1 c null once");
    assertThat(again.publish("$group/g", "next", 2)).isZero();
    assertThat(reader.message().payload()).isEqualTo("2 c null next");
  }

  @Test
  void publish_qos2RefusedWhileAwayCanBeSentAgain() {
    RawClient client = edge.client(Wire.hello(5, "c").resume().sessionExpiry(100));
    edge.store.shut();
    edge.store.refuse(ErrorCode.STORE_UNAVAILABLE);
    client.send(Wire.publish(5, 2, "$group/g", 9, "p"));
    client.ping();
    client.close();
    edge.awaitMetric("herald_mqtt_connections", 0);
    edge.store.open();
    await().until(() -> edge.metric("herald_journal_batches_total") == 1);
    log.awaitAndExpect("journal.batch_failed");
    edge.store.accept();
    edge.pass(1);
    RawClient again = edge.client(Wire.hello(5, "c").resume().sessionExpiry(100));
    again.subscribe(1, "$group/g");
    again.send(Wire.publish(5, 0b1100, "$group/g", 9, Wire.NO_PROPERTIES, bytes("p")));
    assertThat(again.await(PacketType.PUBREC).code()).isZero();
    assertThat(again.message().payload()).isEqualTo("1 c null p");
  }

  @Test
  void publish_isNotHeldAgainstTheReceiveMaximumTwice() {
    restart("receiveMax", "10");
    RawClient client = edge.client(5, "c");
    edge.store.shut();
    byte[] all = {};
    for (int i = 0; i < 20; i++) {
      all = bytes(all, Wire.publish(5, 0, "$group/g", 0, "qos 0"));
    }
    for (int i = 1; i <= 10; i++) {
      all = bytes(all, Wire.publish(5, 2, "$group/g", i, "p"));
    }
    client.send(all);
    // the messages wait, so the client is read no further until some are stored
    await().until(() -> edge.metric("herald_mqtt_messages_received_total") == 30);
    edge.store.open();
    for (int i = 1; i <= 10; i++) {
      assertThat(client.await(PacketType.PUBREC).id()).isEqualTo(i);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void publish_moreThanTheReceiveMaximumWait(int qos) {
    restart("receiveMax", "10");
    RawClient client = edge.client(5, "c");
    edge.store.shut();
    byte[] all = {};
    for (int i = 1; i <= 11; i++) {
      all = bytes(all, Wire.publish(5, qos, "$group/g", i, "p"));
    }
    client.send(all);
    client.expectEnd(Reason.RECEIVE_MAXIMUM_EXCEEDED);
  }

  @Test
  void publish_clientsOf311AreReadNoFurther() {
    restart("receiveMax", "10");
    RawClient client = edge.client(4, "c");
    edge.store.shut();
    for (int i = 1; i <= 10; i++) {
      client.send(Wire.publish(4, 1, "$group/g", i, "p"));
    }
    await().until(() -> edge.metric("herald_mqtt_messages_received_total") == 10);
    // the lane is done with that read, and reads no more
    edge.pass(1);
    client.send(Wire.publish(4, 1, "$group/g", 11, "p"), Wire.PINGREQ);
    edge.pass(100);
    edge.store.open();
    for (int i = 1; i <= 11; i++) {
      assertThat(client.await(PacketType.PUBACK).id()).isEqualTo(i);
      if (i == 10) {
        Received _ = client.await(PacketType.PINGRESP);
      }
    }
  }

  @Test
  void groupId_isOneLevelWhateverItContains() {
    RawClient client = edge.client(5, "c");
    client.subscribe(1, "$group/a%2Fb");
    assertThat(client.publish("$group/a%2Fb", "p", 1)).isZero();
    Received message = client.message();
    assertThat(message.topic()).isEqualTo("$group/a%2Fb");
    assertThat(client.publish("$group/a%2fb", "p", 1)).isEqualTo(Reason.TOPIC_NAME_INVALID);
  }

  @Test
  void publish_retainFlagIsForRelayTopics() {
    RawClient client = edge.client(5, "c");
    assertThat(client.publish("$group/g", "p", 3, Wire.NO_PROPERTIES)).isZero();
    assertThat(edge.metric("herald_retained_messages")).isZero();
  }
}
