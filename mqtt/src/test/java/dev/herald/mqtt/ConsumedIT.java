package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static dev.herald.mqtt.codec.Bytes.u16;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Producers whose acknowledgement waits for consumer groups. */
final class ConsumedIT extends EdgeTest {
  private static final String FILTER = "$share/g/t";
  private static final int NOT_CONSUMED = 0x83;
  private static final int USER_PROPERTY = 0x26;

  @ParameterizedTest
  @CsvSource({"1,1,4,5", "2,1,5,4", "1,2,5,5", "2,2,4,4"})
  void producer_isAcknowledgedWhenOneMemberOfEveryGroupHas(
      int qos, int granted, int version, int memberVersion) {
    RawClient g = edge.client(memberVersion, "g").silent();
    g.subscribe(granted, FILTER);
    RawClient h = edge.client(memberVersion, "h").silent();
    h.subscribe(granted, "$share/h/+");
    RawClient plain = edge.client(memberVersion, "plain").silent();
    plain.subscribe(granted, "t");
    RawClient producer = edge.client(version, "p");
    int id = producer.post("t", "m", qos);
    for (RawClient member : List.of(g, h)) {
      producer.expectNoOutcome(id);
      Received message = member.message();
      if (message.qos() == 1) {
        member.send(Wire.ack(PacketType.PUBACK, message.id()));
      } else {
        member.send(Wire.ack(PacketType.PUBREC, message.id()));
        assertThat(member.await(PacketType.PUBREL).id()).isEqualTo(message.id());
        producer.expectNoOutcome(id);
        member.send(Wire.ack(PacketType.PUBCOMP, message.id()));
      }
    }
    assertThat(producer.outcome(id)).isZero();
    assertThat(edge.metric("herald_consumer_messages_consumed_total")).isEqualTo(2);
    assertThat(edge.metric("herald_mqtt_publishes_awaited")).isZero();
  }

  @Test
  void memberAtQos0_hasConsumedWhatItIsSent() {
    RawClient member = edge.client(5, "m").silent();
    member.subscribe(0, FILTER);
    assertThat(edge.client(5, "p").publish("t", "m", 2)).isZero();
    assertThat(member.message().qos()).isZero();
  }

  @Test
  void otherTopicsOfTheSameProducer_doNotWait() {
    RawClient member = edge.client(5, "m").silent();
    member.subscribe(1, FILTER);
    RawClient producer = edge.client(5, "p");
    int waits = producer.post("t", "m", 1);
    assertThat(producer.publish("u", "m", 1)).isEqualTo(Reason.NO_MATCHING_SUBSCRIBERS);
    assertThat(producer.publish("u", "m", 2)).isEqualTo(Reason.NO_MATCHING_SUBSCRIBERS);
    assertThat(producer.publish("t", "m", 0)).isZero();
    producer.expectNoOutcome(waits);
  }

  // ---- another member, and the end

  @ParameterizedTest
  @CsvSource({"1,0x80", "1,0x97", "2,0x83", "2,0x99"})
  void refusedByAMember_goesToAnother_thenToNobody(int qos, String code) {
    List<RawClient> members = List.of(edge.client(5, "a").silent(), edge.client(5, "b").silent());
    members.forEach(member -> member.subscribe(2, FILTER));
    RawClient producer = edge.client(5, "p");
    int id = producer.post("t", "unwanted", qos);
    producer.ping();
    int type = qos == 1 ? PacketType.PUBACK : PacketType.PUBREC;
    List<RawClient> asked = new ArrayList<>();
    while (asked.size() < 2) {
      for (RawClient member : members) {
        member.ping();
        if (member.hasMessage()) {
          Received message = member.message();
          assertThat(message.duplicate()).isFalse();
          asked.add(member);
          producer.expectNoOutcome(id);
          member.send(Wire.packet(type << 4, u16(message.id()), Integer.decode(code)));
        }
      }
    }
    assertThat(asked).doesNotHaveDuplicates();
    assertThat(producer.outcome(id)).isEqualTo(NOT_CONSUMED);
    members.forEach(RawClient::expectNoMessage);
    assertThat(edge.metric("herald_consumer_messages_redelivered_total", "refused_by_member"))
        .isOne();
    assertThat(edge.metric("herald_consumer_messages_dropped_total", "refused_by_member")).isOne();
  }

  @Test
  void refusal_saysWhy() {
    RawClient member = edge.client(5, "m").silent();
    member.subscribe(1, FILTER);
    RawClient producer = edge.client(5, "p");
    producer.send(Wire.publish(5, 1, "t", 7, "m"));
    member.send(Wire.packet(0x40, u16(member.message().id()), 0x80));
    Received answer = producer.await(PacketType.PUBACK);
    assertThat(answer.code()).isEqualTo(NOT_CONSUMED);
    assertThat(answer.property(0x1F))
        .containsExactly("not consumed by $share/g/t: its members refused it");
  }

  @Test
  void refusal_closesTheConnectionOfAProducerOf311_whichSendsItAgain() {
    RawClient member = edge.client(5, "m").silent();
    member.subscribe(1, FILTER);
    RawClient producer = edge.client(Wire.lasting(4, "p"));
    producer.send(Wire.publish(4, 1, "t", 7, "m"));
    member.send(Wire.packet(0x40, u16(member.message().id()), 0x80));
    producer.expectClosed();
    RawClient again = edge.client(Wire.lasting(4, "p"));
    again.send(Wire.publish(4, 0b1010, "t", 7, Wire.NO_PROPERTIES, bytes("m")));
    member.send(Wire.ack(PacketType.PUBACK, member.message().id()));
    assertThat(again.await(PacketType.PUBACK).id()).isEqualTo(7);
    assertThat(repeats("published")).isOne();
  }

  @Test
  void memberThatAnswersNothing_losesItsMessagesToAnother() {
    restart("ackTimeout", "5s");
    RawClient stalled = edge.client(Wire.hello(5, "stalled").receiveMaximum(2)).silent();
    stalled.subscribe(1, FILTER);
    RawClient producer = edge.client(4, "p");
    List<Integer> posted = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      posted.add(producer.post("t", "" + i, 1));
    }
    List<Received> held = List.of(stalled.message(), stalled.message());
    edge.pass(10);
    assertThat(edge.metric("herald_consumer_members_stalled")).isOne();
    producer.expectNoOutcome(posted.getFirst());
    RawClient other = edge.client(5, "other");
    other.subscribe(1, FILTER);
    assertThat(other.payloads(3)).containsExactly("0", "1", "2");
    other.ping();
    posted.forEach(id -> assertThat(producer.outcome(id)).isZero());
    stalled.expectNoMessage();
    held.forEach(message -> stalled.send(Wire.ack(PacketType.PUBACK, message.id())));
    stalled.ping();
    edge.awaitMetric("herald_consumer_members_stalled", 0);
    assertThat(edge.metric("herald_consumer_late_acknowledgements_total")).isEqualTo(2);
    int next = producer.post("t", "next", 1);
    int afterNext = producer.post("t", "after next", 1);
    assertThat(List.of(stalled.message().payload(), other.message().payload()))
        .containsExactlyInAnyOrder("next", "after next");
    assertThat(next).isNotEqualTo(afterNext);
  }

  @Test
  void stalledMemberThatIsTakenOver_goesOnWithWhatItHasNot() {
    restart("ackTimeout", "5s");
    RawClient stalled = edge.client(Wire.lasting(5, "m").receiveMaximum(1)).silent();
    stalled.subscribe(1, FILTER);
    RawClient producer = edge.client(5, "p");
    int id = producer.post("t", "0", 1);
    assertThat(stalled.message().payload()).isEqualTo("0");
    edge.pass(10);
    RawClient again = edge.client(Wire.lasting(5, "m").receiveMaximum(1));
    assertThat(again.message().payload()).isEqualTo("0");
    again.expectNoMessage();
    assertThat(producer.outcome(id)).isZero();
  }

  @Test
  void deadLetter_goesToItsTopic_andTheProducerIsAcknowledged() {
    restart("deadLetterTopic", "dead");
    RawClient refuser = edge.client(5, "r").silent();
    refuser.subscribe(1, FILTER);
    RawClient undertaker = edge.client(5, "u");
    undertaker.subscribe(1, "dead");
    RawClient producer = edge.client(4, "p");
    int id = producer.post("t", "m", 1);
    refuser.send(Wire.packet(0x40, u16(refuser.message().id()), 0x80));
    assertThat(producer.outcome(id)).isZero();
    assertThat(undertaker.message().property(USER_PROPERTY))
        .containsExactly(
            "dead-letter-reason=refused_by_member",
            "dead-letter-topic=t",
            "dead-letter-group=$share/g/t",
            "dead-letter-attempts=1");
    assertThat(edge.metric("herald_consumer_dead_letters_total")).isOne();
  }

  // ---- producers that come and go

  @ParameterizedTest
  @CsvSource({"1,false", "2,false", "1,true", "2,true"})
  void producerThatComesBack_isToldOfTheFirstOne_andNothingIsDeliveredTwice(
      int qos, boolean consumedMeanwhile) {
    RawClient member = edge.client(5, "m").silent();
    member.subscribe(1, FILTER);
    RawClient first = edge.client(Wire.lasting(5, "p"));
    first.send(Wire.publish(5, qos, "t", 9, "m"));
    Received message = member.message();
    first.close();
    edge.awaitMetric("herald_mqtt_connections", 1);
    if (consumedMeanwhile) {
      member.send(Wire.ack(PacketType.PUBACK, message.id()));
      edge.awaitMetric("herald_mqtt_publishes_awaited", 0);
    }
    RawClient again = edge.client(Wire.lasting(5, "p"));
    again.expectNoMessage(); // nor an acknowledgement of what it has not sent again
    again.send(Wire.publish(5, 8 | (qos << 1), "t", 9, Wire.NO_PROPERTIES, bytes("m")));
    if (!consumedMeanwhile) {
      again.ping();
      member.send(Wire.ack(PacketType.PUBACK, message.id()));
    }
    Received answer = again.await(qos == 1 ? PacketType.PUBACK : PacketType.PUBREC);
    assertThat(answer.id()).isEqualTo(9);
    assertThat(answer.code()).isZero();
    member.expectNoMessage();
    if (qos == 1) {
      assertThat(repeats("recognised")).isOne();
      // the identifier is free again
      again.send(Wire.publish(5, 1, "t", 9, "another"));
      member.send(Wire.ack(PacketType.PUBACK, member.message().id()));
      assertThat(again.await(PacketType.PUBACK).id()).isEqualTo(9);
    }
  }

  @Test
  void producerWithoutASession_sendsADuplicate() {
    RawClient member = edge.client(5, "m").silent();
    member.subscribe(1, FILTER);
    RawClient first = edge.client(5, "p");
    first.send(Wire.publish(5, 1, "t", 9, "m"));
    int one = member.message().id();
    first.close();
    RawClient again = edge.client(5, "p");
    again.send(Wire.publish(5, 0b1010, "t", 9, Wire.NO_PROPERTIES, bytes("m")));
    int two = member.message().id();
    member.send(Wire.ack(PacketType.PUBACK, one));
    member.ping();
    again.ping();
    member.send(Wire.ack(PacketType.PUBACK, two));
    assertThat(again.await(PacketType.PUBACK).id()).isEqualTo(9);
    again.expectNoMessage();
    assertThat(repeats("published")).isOne();
    edge.awaitMetric("herald_mqtt_publishes_awaited", 0);
  }

  @Test
  void consumedAndNotSentAgain_isForgottenWithTheConnectionAfter() {
    RawClient member = edge.client(5, "m");
    member.subscribe(1, FILTER);
    RawClient first = edge.client(Wire.lasting(5, "p"));
    first.send(Wire.publish(5, 1, "t", 9, "m"));
    first.close();
    edge.awaitMetric("herald_mqtt_connections", 1);
    assertThat(member.message().payload()).isEqualTo("m");
    edge.awaitMetric("herald_mqtt_publishes_awaited", 0);
    edge.client(Wire.lasting(5, "p")).disconnect();
    RawClient third = edge.client(Wire.lasting(5, "p"));
    third.send(Wire.publish(5, 0b1010, "t", 9, Wire.NO_PROPERTIES, bytes("m")));
    assertThat(member.message().payload()).isEqualTo("m");
    assertThat(third.await(PacketType.PUBACK).id()).isEqualTo(9);
  }

  @Test
  void qos2NotConsumedWhenTheServerIsKilled_isDeliveredAgain() {
    RawClient member = edge.client(5, "m").silent();
    member.subscribe(1, FILTER);
    RawClient first = edge.client(Wire.lasting(5, "p"));
    first.send(Wire.publish(5, 2, "t", 9, "m"));
    assertThat(member.message().payload()).isEqualTo("m");
    first.close();
    edge.awaitMetric("herald_mqtt_connections", 1);
    edge.awaitMetric("herald_relay_backlog_bytes", 0);
    crash();
    RawClient consumer = edge.client(5, "m");
    consumer.subscribe(1, FILTER);
    RawClient again = edge.client(Wire.lasting(5, "p"));
    assertThat(again.connack().sessionPresent()).isTrue();
    again.send(Wire.publish(5, 0b1100, "t", 9, Wire.NO_PROPERTIES, bytes("m")));
    assertThat(consumer.message().payload()).isEqualTo("m");
    assertThat(again.await(PacketType.PUBREC).id()).isEqualTo(9);
  }

  // ---- back-pressure

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void producerOf5_mayHaveItsReceiveMaximumAndNoMore(int qos) {
    restart("receiveMax", "3");
    RawClient member = edge.client(5, "m").silent();
    member.subscribe(1, FILTER);
    RawClient producer = edge.client(5, "p");
    for (int id = 1; id <= 3; id++) {
      producer.send(Wire.publish(5, qos, "t", id, "m"));
    }
    producer.ping();
    producer.send(Wire.publish(5, qos, "t", 4, "m"));
    producer.expectEnd(Reason.RECEIVE_MAXIMUM_EXCEEDED);
    assertThat(member.payloads(3)).hasSize(3);
  }

  @Test
  void producerOf5_whoComesBack_mayHaveAsManyAsBefore() {
    restart("receiveMax", "2");
    RawClient member = edge.client(5, "m").silent();
    member.subscribe(1, FILTER);
    for (int round = 0; round < 3; round++) {
      RawClient producer = edge.client(Wire.lasting(5, "p"));
      for (int id = 1; id <= 2; id++) {
        int flags = round == 0 ? 2 : 0b1010;
        producer.send(Wire.publish(5, flags, "t", id, Wire.NO_PROPERTIES, bytes("m" + id)));
      }
      producer.ping();
      producer.close();
      edge.awaitMetric("herald_mqtt_connections", 1);
    }
    assertThat(member.payloads(2)).containsExactly("m1", "m2");
    member.expectNoMessage();
    assertThat(repeats("recognised")).isEqualTo(4);
  }

  @Test
  void producerOf311_isReadNoFurtherUntilItsMessagesAreConsumed() {
    restart("receiveMax", "5");
    RawClient member = edge.client(Wire.hello(5, "m").receiveMaximum(1)).silent();
    member.subscribe(1, FILTER);
    RawClient watcher = edge.client(5, "w");
    watcher.subscribe(0, "last");
    RawClient producer = edge.client(4, "p").silent();
    for (int id = 1; id <= 5; id++) {
      producer.send(Wire.publish(4, 1, "t", id, "m"));
    }
    producer.ping();
    Received open = member.message();
    producer.send(Wire.publish(4, 1, "t", 6, "m"));
    producer.send(Wire.publish(4, 0, "last", 0, "read"));
    for (int i = 1; i <= 6; i++) {
      member.send(Wire.ack(PacketType.PUBACK, open.id()));
      assertThat(producer.await(PacketType.PUBACK).id()).isEqualTo(i);
      open = i < 6 ? member.message() : open;
    }
    assertThat(watcher.message().payload()).isEqualTo("read");
  }

  @Test
  void consumerOf311_thatPublishesToItself_isReadOn() {
    restart("receiveMax", "5");
    RawClient both = edge.client(4, "both");
    both.subscribe(1, FILTER);
    List<Integer> posted = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      posted.add(both.post("t", "" + i, 1));
    }
    posted.forEach(id -> assertThat(both.outcome(id)).isZero());
    assertThat(both.payloads(50)).hasSize(50);
  }

  private long repeats(String as) {
    return edge.metric("herald_mqtt_consumer_repeats_total", as);
  }
}
