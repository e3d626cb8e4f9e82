package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static dev.herald.mqtt.codec.Bytes.u16;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Shared subscriptions: what reaches which member, and what becomes of it. */
final class SharedIT extends EdgeTest {
  private static final String FILTER = "$share/g/t";
  private static final int IDENTIFIER = 0x0B;

  // ---- subscribing

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$share/",
        "$share/g",
        "$share/g/",
        "$share//t",
        "$share/+/t",
        "$share/#/t",
        "$share/a+/t",
        "$share/a#b/t",
        "$share/#",
        "$share/g/a/#/b"
      })
  @Proves(v5 = {"MQTT-4.8.2-1", "MQTT-4.8.2-2"})
  void filter_withoutAGoodShareName_endsTheConnection(String filter) {
    for (int version = 4; version <= 5; version++) {
      RawClient client = edge.client(version, "c");
      client.send(Wire.subscribe(version, 1, Wire.NO_PROPERTIES, 1, "good", filter));
      client.expectEnd(Reason.TOPIC_FILTER_INVALID);
      RawClient other = edge.client(version, "c");
      other.send(Wire.unsubscribe(version, 1, filter));
      other.expectEnd(Reason.TOPIC_FILTER_INVALID);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void filter_ofNoRelayTopic_isRefused(int version) {
    RawClient client = edge.client(version, "c");
    int refused = version >= 5 ? Reason.TOPIC_FILTER_INVALID : 0x80;
    assertThat(client.subscribe(1, "$share", "$share/g/$share/h/t", "$share/g/$SYS/#"))
        .containsExactly(refused, refused, refused);
    assertThat(client.subscribe(1, FILTER, "$share/g/#", "$share/$g/a/+", "$share/g//"))
        .containsExactly(1, 1, 1, 1);
    assertThat(client.subscribe(0, "$share/g/$group/room")).containsExactly(0);
    assertThat(edge.metric("herald_consumer_groups")).isEqualTo(5);
    assertThat(client.publish("$group/room", "hello", 1)).isZero();
    assertThat(client.message().payload()).isEqualTo("1 c null hello");
  }

  @Test
  @Proves(v5 = "MQTT-3.8.3-4")
  void noLocal_isAProtocolError() {
    RawClient client = edge.client(5, "c");
    client.send(Wire.subscribe(5, 1, Wire.NO_PROPERTIES, 0x04 | 1, FILTER));
    client.expectEnd(Reason.PROTOCOL_ERROR);
  }

  @Test
  void connack_saysNothingAgainstIt() {
    assertThat(edge.client(5, "c").connack().property(0x2A)).as("absent: available").isEmpty();
  }

  @Test
  void subscribe_countsAgainstTheLimit() {
    restart("subscriptionsMax", "2");
    RawClient client = edge.client(5, "c");
    assertThat(client.subscribe(1, FILTER, "a", "$share/h/t", FILTER))
        .containsExactly(1, 1, 0x97, 1);
  }

  @Test
  void subscribe_getsNoRetainedMessage() {
    RawClient client = edge.client(5, "c");
    client.retain("t", "old", 1);
    assertThat(client.subscribe(1, FILTER)).containsExactly(1);
    client.expectNoMessage();
    client.retain("t", "new", 1);
    assertThat(client.message().retained()).isFalse();
    client.subscribe(1 | 0x08, FILTER);
    client.expectNoMessage();
    client.retain("t", "as published", 1);
    assertThat(client.message().retained()).isTrue();
  }

  @Test
  void plainAndSharedSubscriptions_eachGetTheMessage() {
    RawClient client = edge.client(5, "c");
    client.subscribe(Wire.identifier(1), 1, "t");
    client.subscribe(Wire.identifier(2), 2, FILTER);
    client.subscribe(Wire.identifier(3), 0, "$share/h/+");
    assertThat(client.publish("t", "p", 2)).isZero();
    List<String> got = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Received message = client.message();
      got.add(message.property(IDENTIFIER) + " " + message.qos());
    }
    assertThat(got).containsExactlyInAnyOrder("[1] 1", "[2] 2", "[3] 0");
    client.expectNoMessage();
  }

  // ---- who gets what

  @ParameterizedTest
  @CsvSource({"0,4", "1,4", "2,4", "0,5", "1,5", "2,5"})
  void members_getEachMessageOnce_inTurns(int qos, int version) {
    List<RawClient> members = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      RawClient member = edge.client(version, "m" + i);
      member.subscribe(2, FILTER);
      members.add(member);
    }
    RawClient publisher = edge.client(version, "p");
    List<Integer> posted = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      posted.add(publisher.post("t", "" + i, qos));
    }
    publisher.ping();
    List<String> got = new ArrayList<>();
    for (RawClient member : members) {
      List<String> own = member.payloads(10);
      assertThat(own.stream().map(Integer::valueOf)).isSorted();
      got.addAll(own);
    }
    assertThat(got).hasSize(40).doesNotHaveDuplicates();
    assertThat(edge.metric("herald_consumer_messages_dispatched_total")).isEqualTo(40);
    members.forEach(RawClient::expectNoMessage);
    if (qos > 0) {
      posted.forEach(id -> assertThat(publisher.outcome(id)).isZero());
    }
  }

  @Test
  @Proves(v5 = "MQTT-4.8.2-3")
  void qos_isTheOneGrantedToTheMember() {
    RawClient publisher = edge.client(5, "p");
    for (int granted = 0; granted <= 2; granted++) {
      RawClient member = edge.client(5, "m");
      assertThat(member.subscribe(granted, FILTER)).containsExactly(granted);
      for (int qos = 0; qos <= 2; qos++) {
        int id = publisher.post("t", "p", qos);
        assertThat(member.message().qos()).isEqualTo(Math.min(granted, qos));
        member.ping(); // and completes QoS 2
        if (qos > 0) {
          assertThat(publisher.outcome(id)).isZero();
        }
      }
      member.disconnect();
      edge.awaitMetric("herald_consumer_members", 0);
    }
  }

  @Test
  void sameKey_sameMemberInOrder() {
    List<RawClient> members = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      RawClient member = edge.client(4 + i % 2, "m" + i);
      member.subscribe(1, FILTER);
      members.add(member);
    }
    RawClient publisher = edge.client(5, "p");
    int keys = 12;
    for (int i = 0; i < keys * 10; i++) {
      byte[] key = Wire.userProperty("key", "k" + i % keys);
      int _ = publisher.post("t", "" + i, 1, key);
    }
    List<List<Integer>> got = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    await("all messages")
        .until(() -> {
          for (int i = 0; i < members.size(); i++) {
            members.get(i).ping();
            while (members.get(i).hasMessage()) {
              got.get(i).add(Integer.valueOf(members.get(i).message().payload()));
            }
          }
          return got.stream().mapToInt(List::size).sum() == keys * 10;
        });
    TreeSet<Integer> seen = new TreeSet<>();
    for (List<Integer> own : got) {
      assertThat(own).isSorted();
      TreeSet<Integer> ownKeys = new TreeSet<>();
      own.forEach(number -> ownKeys.add(number % keys));
      assertThat(own).hasSize(ownKeys.size() * 10);
      assertThat(seen).doesNotContainAnyElementsOf(ownKeys);
      seen.addAll(ownKeys);
    }
  }

  @Test
  void stalledMember_getsItsReceiveMaximum_othersTheRest() {
    RawClient stalled = edge.client(Wire.hello(5, "stalled").receiveMaximum(3)).silent();
    stalled.subscribe(1, FILTER);
    RawClient quick = edge.client(5, "quick");
    quick.subscribe(1, FILTER);
    RawClient publisher = edge.client(5, "p");
    for (int i = 0; i < 50; i++) {
      int _ = publisher.post("t", "" + i, 1);
      publisher.ping();
      quick.ping(); // its acknowledgements are on their way
    }
    stalled.ping();
    int stuck = 0;
    while (stalled.hasMessage()) {
      Received _ = stalled.message();
      stuck++;
    }
    assertThat(stuck).isBetween(1, 3);
    assertThat(quick.payloads(50 - stuck)).doesNotHaveDuplicates();
    quick.expectNoMessage();
  }

  @Test
  void alone_getsAllInOrder_alsoWhatWaited() {
    RawClient member = edge.client(Wire.hello(5, "m").receiveMaximum(2)).silent();
    member.subscribe(2, FILTER);
    RawClient publisher = edge.client(5, "p");
    List<Integer> posted = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      posted.add(publisher.post("t", "" + i, i % 3));
    }
    List<String> got = new ArrayList<>();
    while (got.size() < 9) {
      Received message = member.message();
      got.add(message.payload());
      if (message.qos() == 1) {
        member.send(Wire.ack(PacketType.PUBACK, message.id()));
      } else if (message.qos() == 2) {
        member.send(Wire.ack(PacketType.PUBREC, message.id()));
        Received _ = member.await(PacketType.PUBREL);
        member.send(Wire.ack(PacketType.PUBCOMP, message.id()));
      }
    }
    assertThat(got).containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8");
    posted.removeIf(id -> id == 0);
    assertThat(posted).hasSize(6).allMatch(id -> publisher.outcome(id) == 0);
  }

  // ---- leaving

  @Test
  @Proves(v5 = {"MQTT-3.10.4-1", "MQTT-3.10.4-2", "MQTT-3.10.4-3"})
  void unsubscribe_completesWhatBegan_andGivesBackTheRest() {
    RawClient leaver = edge.client(5, "leaver").silent();
    leaver.subscribe(2, FILTER);
    RawClient publisher = edge.client(5, "p");
    int first = publisher.post("t", "begun", 2);
    Received begun = leaver.message();
    assertThat(leaver.unsubscribe(FILTER, FILTER, "$share/x/t")).containsExactly(0, 0x11, 0x11);
    assertThat(publisher.outcome(first)).as("the group ended").isEqualTo(0x83);
    assertThat(publisher.publish("t", "nobody", 1)).isEqualTo(Reason.NO_MATCHING_SUBSCRIBERS);
    RawClient other = edge.client(5, "other");
    other.subscribe(1, FILTER);
    int next = publisher.post("t", "next", 1);
    assertThat(other.message().payload()).isEqualTo("next");
    assertThat(publisher.outcome(next)).isZero();
    leaver.send(Wire.ack(PacketType.PUBREC, begun.id()));
    assertThat(leaver.await(PacketType.PUBREL).code()).isZero();
    leaver.send(Wire.ack(PacketType.PUBCOMP, begun.id()));
    leaver.expectNoMessage();
    other.expectNoMessage();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1000})
  void connectionLost_unacknowledgedGoesToAnotherAtOnce(long expiry) {
    RawClient lost = edge.client(Wire.hello(5, "lost").sessionExpiry(expiry)).silent();
    lost.subscribe(1, FILTER);
    RawClient publisher = edge.client(5, "p");
    List<Integer> posted = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      posted.add(publisher.post("t", "" + i, 1));
    }
    assertThat(lost.payloads(5)).hasSize(5);
    RawClient heir = edge.client(4, "heir");
    heir.subscribe(1, FILTER);
    lost.close();
    List<Received> got = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      got.add(heir.message());
    }
    assertThat(got).extracting(Received::payload).containsExactly("0", "1", "2", "3", "4");
    assertThat(got).noneMatch(Received::duplicate);
    posted.forEach(id -> assertThat(publisher.outcome(id)).isZero());
    assertThat(edge.metric("herald_consumer_messages_redelivered_total", "member_left"))
        .isEqualTo(5);
    RawClient again = edge.client(Wire.hello(5, "lost").resume().sessionExpiry(1000));
    assertThat(again.connack().sessionPresent()).isEqualTo(expiry > 0);
    again.expectNoMessage();
  }

  @Test
  void connectionLost_nobodyElse_sessionKeepsItAndMessagesGoOnWhenItIsBack() {
    RawClient first = edge.client(lasting("m")).silent();
    first.subscribe(1, FILTER);
    RawClient publisher = edge.client(5, "p");
    int first0 = publisher.post("t", "0", 1);
    Received zero = first.message();
    first.close();
    edge.awaitMetric("herald_consumer_members", 0);
    assertThat(publisher.outcome(first0)).isEqualTo(0x83);
    assertThat(publisher.publish("t", "offline", 1))
        .as("a member without a connection is none")
        .isEqualTo(Reason.NO_MATCHING_SUBSCRIBERS);
    RawClient second = edge.client(lasting("m"));
    assertThat(second.connack().sessionPresent()).isTrue();
    Received again = second.message();
    assertThat(again.payload()).isEqualTo("0");
    assertThat(again.duplicate()).isTrue();
    assertThat(again.id()).isEqualTo(zero.id());
    edge.awaitMetric("herald_consumer_members", 1);
    int one = publisher.post("t", "1", 1);
    assertThat(second.message().payload()).isEqualTo("1");
    assertThat(publisher.outcome(one)).isZero();
  }

  @Test
  void keptMessage_goesToTheGroupWhenTheSessionEnds() {
    RawClient lost = edge.client(lasting("lost")).silent();
    lost.subscribe(2, FILTER);
    RawClient publisher = edge.client(5, "p");
    int once = publisher.post("t", "qos 1", 1);
    int twice = publisher.post("t", "qos 2", 2);
    assertThat(lost.payloads(2)).hasSize(2);
    lost.close();
    edge.awaitMetric("herald_consumer_members", 0);
    assertThat(publisher.outcome(once)).isEqualTo(0x83);
    assertThat(publisher.outcome(twice)).isEqualTo(0x83);
    RawClient next = edge.client(5, "next");
    next.subscribe(2, FILTER);
    next.expectNoMessage();
    edge.pass(1001);
    assertThat(next.message().payload()).isEqualTo("qos 1");
    next.expectNoMessage();
  }

  @Test
  void takeOver_sessionStaysAMember() {
    RawClient first = edge.client(lasting("m")).silent();
    first.subscribe(1, FILTER);
    RawClient other = edge.client(5, "other");
    other.subscribe(1, FILTER);
    RawClient publisher = edge.client(5, "p");
    for (int i = 0; i < 4; i++) {
      int _ = publisher.post("t", "" + i, 1);
    }
    List<String> open = first.payloads(2);
    RawClient second = edge.client(lasting("m"));
    first.expectEnd(Reason.SESSION_TAKEN_OVER);
    assertThat(second.payloads(2)).containsExactlyElementsOf(open);
    assertThat(other.payloads(2)).doesNotContainAnyElementsOf(open);
    other.expectNoMessage();
    assertThat(edge.metric("herald_consumer_members")).isEqualTo(2);
    RawClient third = edge.client(5, "m");
    second.expectEnd(Reason.SESSION_TAKEN_OVER);
    edge.awaitMetric("herald_consumer_members", 1);
    assertThat(third.connack().sessionPresent()).isFalse();
  }

  // ---- QoS 2, refusals

  @Test
  @Proves(v5 = "MQTT-4.8.2-4")
  void qos2_underWayToALostMember_isCompletedWhenItIsBack() {
    RawClient first = edge.client(lasting("m")).silent();
    first.subscribe(2, FILTER);
    RawClient publisher = edge.client(5, "p");
    int receivedId = publisher.post("t", "0", 2);
    int sentId = publisher.post("t", "1", 2);
    Received zero = first.message();
    Received one = first.message();
    first.send(Wire.ack(PacketType.PUBREC, zero.id()));
    Received _ = first.await(PacketType.PUBREL);
    RawClient other = edge.client(5, "other");
    other.subscribe(2, FILTER);
    first.close();
    edge.awaitMetric("herald_consumer_members", 1);
    other.expectNoMessage();
    assertThat(publisher.outcome(receivedId)).isZero();
    assertThat(publisher.outcome(sentId)).isEqualTo(0x83);
    RawClient second = edge.client(lasting("m")).silent();
    assertThat(second.await(PacketType.PUBREL).id()).isEqualTo(zero.id());
    Received again = second.message();
    assertThat(again.payload()).isEqualTo("1");
    assertThat(again.duplicate()).isTrue();
    assertThat(again.id()).isEqualTo(one.id());
    second.send(Wire.ack(PacketType.PUBCOMP, zero.id()), Wire.ack(PacketType.PUBREC, one.id()));
    assertThat(second.await(PacketType.PUBREL).id()).isEqualTo(one.id());
    other.expectNoMessage();
  }

  @Test
  @Proves(v5 = "MQTT-4.8.2-5")
  void qos2_underWayToAMemberWhoseSessionEnds_goesToNobody() {
    RawClient gone = edge.client(5, "gone").silent();
    gone.subscribe(2, FILTER);
    RawClient publisher = edge.client(5, "p");
    int sent = publisher.post("t", "sent", 2);
    assertThat(gone.message().payload()).isEqualTo("sent");
    RawClient other = edge.client(5, "other");
    other.subscribe(2, FILTER);
    gone.close();
    edge.awaitMetric("herald_consumer_members", 1);
    edge.awaitMetric("herald_mqtt_sessions", 2);
    assertThat(publisher.outcome(sent)).isEqualTo(0x83);
    int next = publisher.post("t", "next", 2);
    assertThat(other.message().payload()).isEqualTo("next");
    other.expectNoMessage();
    assertThat(publisher.outcome(next)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"1,0x80", "1,0x97", "2,0x87", "2,0x99"})
  @Proves(v5 = "MQTT-4.8.2-6")
  void refusedByAMember_goesToNobody(int qos, String code) {
    restart("redeliverRefused", "false");
    RawClient refuser = edge.client(Wire.hello(5, "refuser").receiveMaximum(1)).silent();
    refuser.subscribe(2, FILTER);
    RawClient publisher = edge.client(5, "p");
    int id = publisher.post("t", "unwanted", qos);
    Received unwanted = refuser.message();
    RawClient other = edge.client(5, "other");
    other.subscribe(2, FILTER);
    int type = qos == 1 ? PacketType.PUBACK : PacketType.PUBREC;
    refuser.send(Wire.packet(type << 4, u16(unwanted.id()), Integer.decode(code)));
    refuser.ping();
    await("counted")
        .until(
            () -> edge.metric("herald_consumer_messages_dropped_total", "refused_by_member") == 1);
    assertThat(publisher.outcome(id)).isEqualTo(0x83);
    // its place is free again
    int _ = publisher.post("t", "1", 1);
    int _ = publisher.post("t", "2", 1);
    assertThat(List.of(refuser.message().payload(), other.message().payload()))
        .containsExactlyInAnyOrder("1", "2");
    other.expectNoMessage();
  }

  @Test
  void droppedOnTheWay_freesItsPlace() {
    RawClient member =
        edge.client(Wire.hello(5, "m").receiveMaximum(1).maximumPacketSize(100)).silent();
    member.subscribe(1, FILTER);
    RawClient publisher = edge.client(5, "p");
    int _ = publisher.post("t", "first", 1);
    int large = publisher.post("t", "x".repeat(200), 1);
    int stale = publisher.post("t", "stale", 1, Wire.expiry(5));
    int _ = publisher.post("t", "last", 1);
    publisher.ping();
    edge.pass(6);
    member.send(Wire.ack(PacketType.PUBACK, member.message().id()));
    assertThat(member.message().payload()).isEqualTo("last");
    assertThat(publisher.outcome(large)).isEqualTo(0x83);
    assertThat(publisher.outcome(stale)).isEqualTo(0x83);
    assertThat(edge.dropped("packet_too_large")).isOne();
    assertThat(edge.dropped("expired")).isOne();
  }

  // ---- bounds

  @Test
  void groupFull_qos0IsDropped_qos1HoldsThePublisherBack() throws InterruptedException {
    restart("groupBytesMax", "1MiB");
    RawClient stalled = edge.client(Wire.hello(5, "stalled").receiveMaximum(10)).silent();
    stalled.subscribe(1, FILTER);
    RawClient publisher = edge.client(4, "p").silent();
    int messages = 200;
    byte[] payload = new byte[64 * 1024];
    Thread pushing =
        Thread.ofVirtual()
            .start(() -> {
              for (int i = 1; i <= messages; i++) {
                publisher.send(
                    Wire.publish(4, 2, "t", i, Wire.NO_PROPERTIES, bytes("" + i + " ", payload)));
              }
            });
    await("as much as may wait").until(() -> waitingBytes() > 1 << 20);
    RawClient other = edge.client(5, "other");
    for (int i = 0; i < 100; i++) {
      other.publish("t", "x".repeat(50_000), 0);
    }
    await("full").until(() -> droppedFull() > 0);
    assertThat(waitingBytes()).isLessThan(8 << 20);
    RawClient unconcerned = edge.client(5, "unconcerned");
    unconcerned.subscribe(1, "u");
    assertThat(unconcerned.publish("u", "others go on", 1)).isZero();

    long dropped = droppedFull();
    TreeSet<Integer> got = new TreeSet<>();
    int copies = 0;
    while (got.size() < messages) {
      Received message = stalled.message();
      if (message.qos() == 1) {
        got.add(Integer.valueOf(message.payload().substring(0, message.payload().indexOf(' '))));
        copies++;
        stalled.send(Wire.ack(PacketType.PUBACK, message.id()));
      }
    }
    pushing.join();
    assertThat(copies).isEqualTo(messages);
    assertThat(droppedFull()).as("QoS 0 only").isEqualTo(dropped).isLessThanOrEqualTo(100);
    await("room").until(() -> waitingBytes() == 0);
  }

  @Test
  void consumerThatPublishes_isNotHeldBack() {
    restart("groupBytesMax", "64KiB");
    RawClient both = edge.client(Wire.hello(5, "both").receiveMaximum(1));
    both.subscribe(1, FILTER);
    for (int i = 0; i < 100; i++) {
      both.send(Wire.publish(5, 1, "t", i + 1, "x".repeat(1000)));
    }
    for (int i = 0; i < 100; i++) {
      assertThat(both.await(PacketType.PUBACK).code()).isZero();
    }
    assertThat(both.payloads(100)).hasSize(100);
    assertThat(droppedFull()).isZero();
  }

  @Test
  void memberThatReadsNothing_losesItsPlaceToOthers() {
    RawClient deaf = RawClient.open(edge.port(), 5, 4096);
    deaf.send(Wire.hello(5, "deaf").toBytes());
    assertThat(deaf.await(PacketType.CONNACK).code()).isZero();
    deaf.subscribe(0, FILTER);
    RawClient hearing = edge.client(5, "hearing");
    hearing.subscribe(0, FILTER);
    RawClient publisher = edge.client(5, "p");
    int heard = 0;
    for (int i = 0; i < 400; i++) {
      publisher.publish("t", "x".repeat(100_000), 0);
      publisher.ping();
      hearing.ping();
      while (hearing.hasMessage()) {
        Received _ = hearing.message();
        heard++;
      }
    }
    assertThat(heard).as("of 400; the deaf one's sockets take some").isGreaterThan(300);
    assertThat(edge.dropped("slow_consumer")).isZero();
    deaf.close();
  }

  private long waitingBytes() {
    return edge.metric("herald_consumer_waiting_bytes");
  }

  private long droppedFull() {
    return edge.metric("herald_consumer_messages_dropped_total", "group_full");
  }

  private static Wire.Hello lasting(String clientId) {
    return Wire.hello(5, clientId).resume().sessionExpiry(1000);
  }
}
