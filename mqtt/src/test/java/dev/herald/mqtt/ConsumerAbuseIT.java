package dev.herald.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that make more of consumer groups than is good for anybody, and those beside them. */
final class ConsumerAbuseIT extends EdgeTest {
  private static final int REASON_STRING = 0x1F;

  // ---- many groups

  @Test
  void groupsMax_oneMoreIsRefused_andPlacesAreGivenBack() {
    restart("groupsMax", "2");
    RawClient a = edge.client(5, "a");
    String[] filters = {"$share/g/t", "plain", "$share/h/t", "$share/i/t"};
    assertThat(a.subscribe(1, filters)).containsExactly(1, 1, 1, Reason.QUOTA_EXCEEDED);
    assertThat(a.unsubscribe("$share/i/t")).containsExactly(Reason.NO_SUBSCRIPTION_EXISTED);
    assertThat(a.subscribe(1, "$share/h/t")).as("it is in already").containsExactly(1);
    RawClient old = edge.client(4, "old");
    assertThat(old.subscribe(1, "$share/i/t", "$share/g/t")).containsExactly(0x80, 1);
    assertThat(edge.metric("herald_consumer_limits_total", "groupsMax")).isEqualTo(2);
    assertThat(edge.metric("herald_consumer_groups")).isEqualTo(2);

    RawClient elsewhere = edge.client(Wire.hello(5, "e").user("other/e"));
    assertThat(elsewhere.subscribe(1, "$share/i/t")).as("of another app").containsExactly(1);
    assertThat(a.publish("plain", "still", 1)).isZero();
    assertThat(a.message().payload()).isEqualTo("still");
    a.unsubscribe("$share/h/t");
    await("a place").until(() -> old.subscribe(1, "$share/i/t").equals(List.of(1)));
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void groupsMax_sessionThatComesBack_isToldThatItConsumesNothing(int version) {
    restart("groupsMax", "1");
    Wire.Hello hello = Wire.lasting(version, "away");
    RawClient away = edge.client(hello);
    assertThat(away.subscribe(1, "plain", "$share/g/t", "$chat/c")).containsExactly(1, 1, 1);
    assertThat(away.message().payload()).isEqualTo("joined 1 away 1");
    away.ping();
    away.close();
    edge.awaitMetric("herald_consumer_groups", 0);
    RawClient other = edge.client(5, "other");
    assertThat(other.subscribe(1, "$share/h/t")).containsExactly(1);

    for (int i = 0; i < 3; i++) {
      RawClient refused = RawClient.connect(edge.port(), hello);
      assertThat(refused.connack().sessionPresent()).isTrue();
      Received end = refused.expectEnd(Reason.QUOTA_EXCEEDED);
      if (version == 5) {
        assertThat(end.property(REASON_STRING))
            .containsExactly("the app has as many consumer groups as it may have");
      }
    }
    assertThat(other.publish("t", "m", 1)).isZero();
    assertThat(other.message().payload()).isEqualTo("m");

    other.disconnect();
    edge.awaitMetric("herald_consumer_groups", 0);
    RawClient back = edge.client(hello);
    back.ping();
    RawClient producer = edge.client(5, "p");
    int again = producer.post("t", "again", 1);
    assertThat(producer.publish("plain", "too", 1)).isZero();
    assertThat(back.payloads(2)).containsExactlyInAnyOrder("again", "too");
    assertThat(producer.outcome(again)).isZero();
  }

  @Test
  void tenThousandGroups_ofOneClient_eachHasTheMessage_andNobodyElseIsHarmed() {
    RawClient greedy = edge.client(Wire.hello(5, "greedy").receiveMaximum(100)).silent();
    int groups = 10_000;
    subscribeToGroups(greedy, groups);
    assertThat(edge.metric("herald_consumer_groups")).isEqualTo(groups);
    assertThat(greedy.subscribe(1, "$share/more/t")).containsExactly(Reason.QUOTA_EXCEEDED);
    assertThat(edge.limit("subscriptionsMax")).isOne();
    RawClient bystander = edge.client(5, "bystander");
    assertThat(bystander.subscribe(1, "$share/g/u", "v")).containsExactly(1, 1);

    RawClient producer = edge.client(5, "p");
    int id = producer.post("t", "to all", 1);
    for (int i = 0; i < groups; i++) {
      if (i % 1000 == 0) {
        expectServed(bystander);
        producer.expectNoOutcome(id);
      }
      greedy.send(Wire.ack(PacketType.PUBACK, greedy.message().id()));
    }
    assertThat(producer.outcome(id)).isZero();
    greedy.expectNoMessage();
    greedy.close();
    edge.awaitMetric("herald_consumer_groups", 1);
    expectServed(bystander);
  }

  @Test
  void groupsThatNobodyServes_holdWhatTheyMay_andItsProducersWait() {
    restart("groupBytesMax", "64KiB");
    RawClient stalled = edge.client(Wire.hello(5, "stalled").receiveMaximum(1)).silent();
    int groups = 2_000;
    subscribeToGroups(stalled, groups);
    RawClient bystander = edge.client(5, "bystander");
    assertThat(bystander.subscribe(1, "$share/g/u", "v")).containsExactly(1, 1);

    RawClient producer = edge.client(5, "p");
    List<Integer> posted = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      posted.add(producer.post("t", "x".repeat(2000), 1));
    }
    long full = groups * (64L << 10);
    await("every group is full").until(() -> waitingBytes() > full);
    // what comes in one read of a socket is taken before it is read no further
    assertThat(waitingBytes()).isLessThan(full + groups * 200L * 2200);
    assertThat(edge.metric("herald_consumer_messages_dropped_total", "group_full")).isZero();
    expectServed(bystander);

    stalled.close();
    edge.awaitMetric("herald_consumer_groups", 1);
    edge.awaitMetric("herald_consumer_waiting_bytes", 0);
    for (int id : posted) {
      assertThat(producer.outcome(id)).isIn(0x83, Reason.NO_MATCHING_SUBSCRIBERS);
    }
    expectServed(bystander);
  }

  private void subscribeToGroups(RawClient client, int count) {
    int each = 500;
    for (int from = 0; from < count; from += each) {
      String[] filters = new String[each];
      for (int i = 0; i < each; i++) {
        filters[i] = "$share/g" + (from + i) + "/t";
      }
      assertThat(client.subscribe(1, filters)).hasSize(each).containsOnly(1);
    }
  }

  private static void expectServed(RawClient client) {
    assertThat(client.publish("u", "group", 1)).isZero();
    assertThat(client.publish("v", "plain", 1)).isZero();
    assertThat(client.payloads(2)).containsExactlyInAnyOrder("group", "plain");
  }

  private long waitingBytes() {
    return edge.metric("herald_consumer_waiting_bytes");
  }

  // ---- members

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void acknowledgementsOfWhatItNeverGot_consumeNothing(int version) {
    RawClient odd = edge.client(version, "odd").silent();
    odd.subscribe(2, "$share/g/t");
    RawClient producer = edge.client(5, "p");
    int first = producer.post("t", "qos 1", 1);
    int second = producer.post("t", "qos 2", 2);
    Received one = odd.message();
    Received two = odd.message();
    for (int i = 0; i < 2; i++) {
      for (int id = 100; id < 200; id++) {
        odd.send(Wire.ack(PacketType.PUBACK, id), Wire.ack(PacketType.PUBCOMP, id));
        odd.send(Wire.ack(PacketType.PUBREC, id));
        assertThat(odd.await(PacketType.PUBREL).id()).isEqualTo(id);
      }
    }
    producer.expectNoOutcome(first);
    producer.expectNoOutcome(second);
    for (int i = 0; i < 2; i++) {
      odd.send(Wire.ack(PacketType.PUBACK, one.id()));
      odd.send(Wire.ack(PacketType.PUBREC, two.id()));
      assertThat(odd.await(PacketType.PUBREL).id()).isEqualTo(two.id());
    }
    assertThat(producer.outcome(first)).isZero();
    producer.expectNoOutcome(second);
    odd.send(Wire.ack(PacketType.PUBCOMP, two.id()), Wire.ack(PacketType.PUBCOMP, two.id()));
    assertThat(producer.outcome(second)).isZero();
    assertThat(edge.metric("herald_consumer_messages_consumed_total")).isEqualTo(2);

    int third = producer.post("t", "next", 1);
    odd.send(Wire.ack(PacketType.PUBACK, odd.message().id()));
    assertThat(producer.outcome(third)).isZero();
  }

  @Test
  void membersThatComeAndGo_whileMessagesFlow_loseNone() throws InterruptedException {
    RawClient anchor = edge.client(5, "anchor");
    anchor.subscribe(1, "$share/g/t");
    AtomicBoolean over = new AtomicBoolean();
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    List<Thread> restless = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      int number = i;
      restless.add(
          Thread.ofPlatform()
              .name("restless-" + i)
              .start(() -> {
                try {
                  comeAndGo(number, over);
                } catch (AssertionError | RuntimeException failure) {
                  failures.add(failure);
                }
              }));
    }
    RawClient producer = edge.client(5, "p");
    for (int i = 1; i <= 100; i++) {
      int due = 10 * i;
      List<Integer> posted = new ArrayList<>();
      for (int j = 0; j < 10; j++) {
        posted.add(producer.post("t", "m" + i, 1, Wire.userProperty("key", "k" + j % 3)));
      }
      await("consumed")
          .pollInterval(Duration.ofMillis(1))
          .until(() -> {
            // it acknowledges as it reads
            anchor.ping();
            return edge.metric("herald_consumer_messages_consumed_total") == due;
          });
      posted.forEach(id -> assertThat(producer.outcome(id)).isZero());
    }
    over.set(true);
    for (Thread thread : restless) {
      thread.join();
    }
    assertThat(failures).isEmpty();
    edge.awaitMetric("herald_consumer_members", 1);
    assertThat(edge.metric("herald_consumer_messages_consumed_total")).isEqualTo(1000);
    assertThat(waitingBytes()).isZero();
    producer.post("t", "last", 1);
    await()
        .until(() -> {
          anchor.ping();
          return edge.metric("herald_consumer_messages_consumed_total") == 1001;
        });
  }

  /** By UNSUBSCRIBE, by DISCONNECT, and without a word. */
  private void comeAndGo(int number, AtomicBoolean over) {
    for (int i = 0; !over.get(); i++) {
      RawClient client = edge.client(5, "restless-" + number);
      for (int j = 0; j < 5; j++) {
        assertThat(client.subscribe(1, "$share/g/t")).containsExactly(1);
        assertThat(client.unsubscribe("$share/g/t")).containsExactly(0);
      }
      client.subscribe(1, "$share/g/t");
      if (i % 2 == 0) {
        client.send(Wire.packet(0xE0));
        client.expectClosedAfterAnything();
      } else {
        client.close();
      }
    }
  }

  // ---- bad filters, and topics that are no topics

  @ParameterizedTest
  @ValueSource(strings = {"$share/g/t", "$share/", "$share", "$share/g/$chat/c"})
  void publish_toASharedFilter_reachesNobody(String topic) {
    RawClient member = edge.client(5, "m");
    member.subscribe(1, "$share/g/t", "$share/g/#", "#");
    RawClient client = edge.client(5, "c");
    for (int qos = 1; qos <= 2; qos++) {
      assertThat(client.publish(topic, "x", qos)).isEqualTo(Reason.TOPIC_NAME_INVALID);
    }
    client.retain(topic, "x", 1);
    assertThat(edge.client(4, "old").publish(topic, "x", 1)).isZero();
    RawClient dying = edge.open(5);
    dying.send(Wire.hello(5, "d").will(topic, "bye", 1, false).toBytes());
    assertThat(dying.await(PacketType.CONNACK).code()).isEqualTo(Reason.TOPIC_NAME_INVALID);
    member.expectNoMessage();
  }

  @Test
  void filter_nameOfTheGroup_isAnyTextOfOneLevel() {
    RawClient client = edge.client(5, "c");
    String longest = "n".repeat(60_000);
    for (String name : new String[] {" ", "a\u0001b", "\u007F", "$", "%2F", "\u7FA4", longest}) {
      assertThat(client.subscribe(1, "$share/" + name + "/t")).containsExactly(1);
    }
    assertThat(client.publish("t", "x", 1)).isZero();
    assertThat(client.payloads(7)).containsOnly("x");
  }

  @Test
  void filter_beyondTheLimits_isRefused() {
    restart("topicBytesMax", "64", "topicLevelsMax", "4");
    RawClient client = edge.client(5, "c");
    assertThat(
            client.subscribe(
                1,
                "$share/" + "g".repeat(100) + "/t",
                "$share/g/" + "t".repeat(56),
                "$share/g/a/b/c",
                "$share/g/a/b",
                "$share/g/" + "t".repeat(55)))
        .containsExactly(
            Reason.TOPIC_FILTER_INVALID,
            Reason.TOPIC_FILTER_INVALID,
            Reason.TOPIC_FILTER_INVALID,
            1,
            1);
    assertThat(edge.metric("herald_consumer_groups")).isEqualTo(2);
  }
}
