package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static dev.herald.mqtt.codec.Bytes.u16;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.error.ErrorCode;
import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Acknowledgements, right and wrong, on both sides (sections 3.4 to 3.7 and 4.3). */
final class AckIT extends EdgeTest {
  // ---- the server as the receiver

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  @Proves(
      v5 = {"MQTT-2.2.1-5", "MQTT-3.3.4-1", "MQTT-4.3.2-4", "MQTT-4.3.2-5"},
      v311 = {"MQTT-2.3.1-6", "MQTT-3.3.4-1", "MQTT-4.3.2-2"})
  void qos1_isAcknowledgedAndTheIdentifierIsFreeAgain(int version) {
    RawClient subscriber = edge.client(version, "s");
    subscriber.subscribe(1, "t");
    RawClient publisher = edge.client(version, "p");
    for (int flags : List.of(2, 2, 0b1010)) {
      publisher.send(
          Wire.publish(version, flags, "t", 65_535, Wire.NO_PROPERTIES, bytes("" + flags)));
      Received ack = publisher.await(PacketType.PUBACK);
      assertThat(ack.id()).isEqualTo(65_535);
      assertThat(ack.code()).isZero();
    }
    assertThat(subscriber.payloads(3)).as("each is a message").containsExactly("2", "2", "10");
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  @Proves(
      v5 = {
        "MQTT-2.2.1-5",
        "MQTT-3.3.4-1",
        "MQTT-4.3.3-8",
        "MQTT-4.3.3-10",
        "MQTT-4.3.3-11",
        "MQTT-4.3.3-12"
      },
      v311 = {"MQTT-2.3.1-6", "MQTT-3.3.4-1", "MQTT-4.3.3-2"})
  void qos2_isDeliveredOnceUntilItsRelease(int version) {
    RawClient subscriber = edge.client(version, "s");
    subscriber.subscribe(0, "t");
    RawClient publisher = edge.client(version, "p");
    byte[] first = Wire.publish(version, 2, "t", 7, "first");
    byte[] again = Wire.publish(version, 0b1100, "t", 7, Wire.NO_PROPERTIES, bytes("first"));
    publisher.send(first, again, first);
    for (int i = 0; i < 3; i++) {
      Received received = publisher.await(PacketType.PUBREC);
      assertThat(received.id()).isEqualTo(7);
      assertThat(received.code()).isZero();
    }
    publisher.send(Wire.ack(PacketType.PUBREL, 7));
    assertThat(publisher.await(PacketType.PUBCOMP).id()).isEqualTo(7);
    // a new message, though it says that it is sent again
    publisher.send(Wire.publish(version, 0b1100, "t", 7, Wire.NO_PROPERTIES, bytes("second")));
    assertThat(publisher.await(PacketType.PUBREC).id()).isEqualTo(7);
    assertThat(subscriber.payloads(2)).containsExactly("first", "second");
    subscriber.expectNoMessage();
  }

  @Test
  @Proves(v5 = "MQTT-4.3.3-9")
  void qos2_refusedIdentifierIsFreeAgain() {
    RawClient client = edge.client(5, "c");
    client.subscribe(0, "t");
    client.send(Wire.publish(5, 2, "$x", 7, "refused"));
    assertThat(client.await(PacketType.PUBREC).code()).isEqualTo(Reason.TOPIC_NAME_INVALID);
    client.send(Wire.publish(5, 0b1100, "t", 7, Wire.NO_PROPERTIES, bytes("taken")));
    assertThat(client.await(PacketType.PUBREC).code()).isZero();
    assertThat(client.message().payload()).isEqualTo("taken");
  }

  @Test
  @Proves(v5 = "MQTT-4.3.3-13")
  void qos2_exchangeOfAnExpiredMessageIsCompleted() {
    RawClient client = edge.client(5, "c");
    client.send(Wire.publish(5, 4, "t", 7, Wire.expiry(1), bytes("p")));
    Received _ = client.await(PacketType.PUBREC);
    edge.pass(10);
    client.send(Wire.ack(PacketType.PUBREL, 7));
    assertThat(client.await(PacketType.PUBCOMP).code()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  @Proves(v5 = "MQTT-3.7.2-1", v311 = "MQTT-4.3.3-2")
  void pubrel_forNothingIsAnsweredToo(int version) {
    RawClient client = edge.client(version, "c");
    client.send(Wire.ack(PacketType.PUBREL, 999));
    Received answer = client.await(PacketType.PUBCOMP);
    assertThat(answer.id()).isEqualTo(999);
    assertThat(answer.code()).isEqualTo(version == 5 ? Reason.PACKET_IDENTIFIER_NOT_FOUND : 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  @Proves(
      v5 = {"MQTT-4.6.0-4"},
      v311 = {"MQTT-4.6.0-4"})
  void pubrel_outOfOrderIsAccepted(int version) {
    RawClient client = edge.client(version, "c");
    for (int id = 1; id <= 3; id++) {
      client.send(Wire.publish(version, 2, "t", id, "p"));
      assertThat(client.await(PacketType.PUBREC).id()).isEqualTo(id);
    }
    for (int id : List.of(2, 3, 1)) {
      client.send(Wire.ack(PacketType.PUBREL, id));
      Received completed = client.await(PacketType.PUBCOMP);
      assertThat(completed.id()).isEqualTo(id);
      assertThat(completed.code()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "MALFORMED_REQUEST, 0x83",
    "FIELD_INVALID, 0x83",
    "TOPIC_NAME_INVALID, 0x90",
    "PAYLOAD_TOO_LARGE, 0x83",
    "NOT_AUTHORIZED, 0x87",
    "QUOTA_EXCEEDED, 0x97",
    "STORE_UNAVAILABLE, 0x83",
    "SHUTTING_DOWN, 0x83",
    "INTERNAL_ERROR, 0x80"
  })
  @Proves(v5 = {"MQTT-3.4.2-1", "MQTT-3.5.2-1"})
  void refusal_hasAReasonCodeOfItsPacket(ErrorCode refusal, int code) {
    edge.store.refuse(refusal);
    RawClient client = edge.client(5, "c");
    assertThat(client.publish("$group/g", "p", 1)).isEqualTo(code);
    assertThat(client.publish("$group/g", "p", 2)).isEqualTo(code);
    log.expect("journal.batch_failed");
  }

  // ---- the server as the sender

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  @Proves(
      v5 = {
        "MQTT-2.2.1-4",
        "MQTT-4.3.1-1",
        "MQTT-4.3.2-1",
        "MQTT-4.3.2-2",
        "MQTT-4.3.3-1",
        "MQTT-4.3.3-2"
      },
      v311 = {"MQTT-2.3.1-4", "MQTT-4.3.1-1", "MQTT-4.3.2-1", "MQTT-4.3.3-1"})
  void sender_usesFreeIdentifiersAndNoDup(int version) {
    RawClient subscriber = edge.client(version, "s").silent();
    subscriber.subscribe(2, "t");
    RawClient publisher = edge.client(5, "p");
    java.util.Set<Integer> inUse = new java.util.HashSet<>();
    for (int i = 0; i < 60; i++) {
      int qos = i % 3;
      assertThat(publisher.publish("t", "" + i, qos)).isZero();
      Received message = subscriber.message();
      assertThat(message.qos()).isEqualTo(qos);
      assertThat(message.duplicate()).isFalse();
      if (qos > 0) {
        assertThat(message.id()).isBetween(1, 65_535);
        assertThat(inUse.add(message.id())).as("identifier " + message.id()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  @Proves(
      v5 = {"MQTT-3.6.1-1", "MQTT-4.3.3-4", "MQTT-4.3.3-5"},
      v311 = {"MQTT-2.3.1-6", "MQTT-3.6.1-1", "MQTT-4.3.3-1"})
  void sender_releasesWhatWasReceived(int version) {
    RawClient subscriber = edge.client(version, "s").silent();
    subscriber.subscribe(2, "t");
    assertThat(edge.client(5, "p").publish("t", "p", 2)).isZero();
    int id = subscriber.message().id();
    for (int i = 0; i < 2; i++) {
      subscriber.send(Wire.ack(PacketType.PUBREC, id));
      Received release = subscriber.await(PacketType.PUBREL);
      assertThat(release.id()).isEqualTo(id);
      assertThat(release.flags()).isEqualTo(2);
      assertThat(release.code()).isZero();
    }
    subscriber.send(Wire.ack(PacketType.PUBCOMP, id));
    subscriber.expectNoMessage();
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  @Proves(v5 = "MQTT-3.6.2-1", v311 = "MQTT-4.3.3-1")
  void pubrec_forNothingIsAnsweredToo(int version) {
    RawClient client = edge.client(version, "c");
    client.send(Wire.ack(PacketType.PUBREC, 999));
    Received release = client.await(PacketType.PUBREL);
    assertThat(release.id()).isEqualTo(999);
    assertThat(release.code()).isEqualTo(version == 5 ? Reason.PACKET_IDENTIFIER_NOT_FOUND : 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void ack_forNothingIsIgnored(int version) {
    RawClient client = edge.client(version, "c");
    client.send(Wire.ack(PacketType.PUBACK, 1), Wire.ack(PacketType.PUBCOMP, 65_535));
    client.expectNoMessage();
  }

  @ParameterizedTest
  @CsvSource({
    "4, 2, 4", "4, 1, 5", "4, 2, 7", "4, 1, 7",
    "5, 2, 4", "5, 1, 5", "5, 2, 7", "5, 1, 7"
  })
  @Proves(
      v5 = {"MQTT-3.3.4-1", "MQTT-4.3.2-3", "MQTT-4.3.3-3", "MQTT-4.3.3-5", "MQTT-4.5.0-2"},
      v311 = {"MQTT-4.3.2-1", "MQTT-4.3.3-1", "MQTT-4.5.0-2", "MQTT-4.8.0-1"})
  void ack_ofAnotherQosIsAProtocolError(int version, int qos, int type) {
    Wire.Hello hello = Wire.lasting(version, "s");
    RawClient subscriber = edge.client(hello).silent();
    subscriber.subscribe(2, "t");
    assertThat(edge.client(5, "p").publish("t", "p", qos)).isZero();
    Received message = subscriber.message();
    subscriber.send(Wire.ack(type, message.id()));
    subscriber.expectEnd(Reason.PROTOCOL_ERROR);
    Received again = edge.client(hello).message();
    assertThat(again.id()).as("it completed nothing").isEqualTo(message.id());
    assertThat(again.duplicate()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"4, 0x97", "4, 0x83", "5, 0x80", "5, 0x87", "5, 0x91", "5, 0x99", "4, 0x10"})
  @Proves(v5 = {"MQTT-3.4.2-1", "MQTT-3.5.2-1", "MQTT-4.4.0-2"})
  void ack_thatRefusesCompletesTheMessage(int type, int code) {
    Wire.Hello hello = Wire.lasting(5, "s").receiveMaximum(1);
    RawClient subscriber = edge.client(hello).silent();
    subscriber.subscribe(2, "t");
    RawClient publisher = edge.client(5, "p");
    int qos = type == PacketType.PUBACK ? 1 : 2;
    assertThat(publisher.publish("t", "refused", qos)).isZero();
    assertThat(publisher.publish("t", "next", qos)).isZero();
    subscriber.send(Wire.packet(type << 4, u16(subscriber.message().id()), code));
    assertThat(subscriber.message().payload()).isEqualTo("next");
    subscriber.close();
    RawClient again = edge.client(hello);
    assertThat(again.message().payload()).isEqualTo("next");
    again.expectNoMessage();
  }

  @Test
  @Proves(v5 = "MQTT-4.3.3-4")
  void pubrec_noSubscribersIsNoRefusal() {
    RawClient subscriber = edge.client(5, "s").silent();
    subscriber.subscribe(2, "t");
    assertThat(edge.client(5, "p").publish("t", "p", 2)).isZero();
    subscriber.send(Wire.packet(0x50, u16(subscriber.message().id()), 0x10));
    assertThat(subscriber.await(PacketType.PUBREL).code()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"4, 0x92", "5, 0x02", "6, 0x80", "7, 0x10", "4, 0x55", "7, 0xFF"})
  @Proves(v5 = {"MQTT-3.4.2-1", "MQTT-3.5.2-1", "MQTT-3.6.2-1", "MQTT-3.7.2-1"})
  void ack_withAReasonCodeOfOthersIsAProtocolError(int type, int code) {
    RawClient client = edge.client(5, "c");
    client.send(Wire.packet((type << 4) | (type == 6 ? 2 : 0), 0, 1, code));
    client.expectEnd(Reason.PROTOCOL_ERROR);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  @Proves(
      v5 = {"MQTT-4.6.0-2", "MQTT-4.6.0-3"},
      v311 = {"MQTT-4.6.0-2", "MQTT-4.6.0-3"})
  void ack_outOfOrderIsAccepted(int version) {
    Wire.Hello hello = Wire.lasting(version, "s");
    RawClient subscriber = edge.client(hello).silent();
    subscriber.subscribe(2, "t");
    RawClient publisher = edge.client(5, "p");
    java.util.List<Received> sent = new java.util.ArrayList<>();
    for (int i = 0; i < 6; i++) {
      assertThat(publisher.publish("t", "" + i, 1 + i % 2)).isZero();
      sent.add(subscriber.message());
    }
    subscriber.send(
        Wire.ack(PacketType.PUBACK, sent.get(4).id()),
        Wire.ack(PacketType.PUBACK, sent.get(2).id()),
        Wire.ack(PacketType.PUBREC, sent.get(5).id()),
        Wire.ack(PacketType.PUBREC, sent.get(1).id()));
    assertThat(subscriber.await(PacketType.PUBREL).id()).isEqualTo(sent.get(5).id());
    assertThat(subscriber.await(PacketType.PUBREL).id()).isEqualTo(sent.get(1).id());
    subscriber.send(Wire.ack(PacketType.PUBCOMP, sent.get(1).id()));
    subscriber.ping();
    subscriber.close();
    RawClient again = edge.client(hello);
    assertThat(again.payloads(2)).containsExactly("0", "3");
    again.expectNoMessage();
  }
}
