package dev.herald.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the server does without while memory is short; the reading is the test's. */
final class MemoryIT extends EdgeTest {
  // with the mark at 60 the steps are taken at 60, 70, 80 and 90 percent
  MemoryIT() {
    restart("memoryHighWater", "60", "queueBytesMax", "1MiB");
  }

  private void memory(int percent) {
    int before = edge.memoryStep();
    edge.memory(percent);
    if (edge.memoryStep() > before) {
      log.expect("mqtt.memory_short step=" + edge.memoryStep() + " used=" + percent + "%");
    }
  }

  private long shed(String what) {
    return edge.metric("herald_mqtt_memory_shed_total", what);
  }

  @Test
  void steps_areTakenAndLeftWithADistance() {
    int[][] readings = {
      {59, 0}, {60, 1}, {69, 1}, {70, 2}, {65, 2}, {64, 1}, {55, 1}, {54, 0}, {80, 3}, {90, 4},
      {100, 4}, {85, 4}, {84, 3}, {75, 3}, {20, 0}, {95, 4}, {0, 0}
    };
    for (int[] reading : readings) {
      memory(reading[0]);
      assertThat(edge.memoryStep()).as("step at " + reading[0] + "%").isEqualTo(reading[1]);
      assertThat(edge.metric("herald_mqtt_memory_step")).isEqualTo(reading[1]);
      assertThat(edge.metric("herald_mqtt_memory_used_percent")).isEqualTo(reading[0]);
    }
    assertThat(edge.limit("memoryHighWater")).isEqualTo(5);
  }

  @Test
  void garbage_isCollectedAtEachStepAndNowAndThen() {
    memory(59);
    assertThat(edge.collections()).isZero();
    memory(60);
    assertThat(edge.collections()).isEqualTo(1);
    for (int look = 1; look < 10; look++) {
      memory(60);
    }
    assertThat(edge.collections()).isEqualTo(1);
    memory(60);
    assertThat(edge.collections()).isEqualTo(2);
    memory(70);
    assertThat(edge.collections()).isEqualTo(3);
    memory(64);
    assertThat(edge.collections()).as("a step is left").isEqualTo(3);
    memory(0);
    for (int look = 0; look < 20; look++) {
      memory(0);
    }
    assertThat(edge.collections()).isEqualTo(3);
  }

  @Test
  void garbage_isCollectedByTheJvm() {
    long before = collections();
    Memory memory = new MemoryReading();
    await()
        .until(() -> {
          // unless the JVM did so between two calls, the second one has it done
          memory.collect();
          return collections() > before;
        });
  }

  private static long collections() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
        .sum();
  }

  @Test
  void noMark_noStep() {
    restart("memoryHighWater", "0");
    edge.memory(100);
    edge.client(5, "c").ping();
    assertThat(edge.memoryStep()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"5, 137", "4, 3"})
  void step1_newClientsAreRefusedAndThePresentStay(int version, int code) {
    RawClient present = edge.client(version, "present");
    memory(60);
    RawClient refused = RawClient.connect(edge.port(), Wire.hello(version, "new"));
    assertThat(refused.connack().code()).isEqualTo(code);
    refused.expectClosed();
    assertThat(shed("clients_refused")).isEqualTo(1);
    assertThat(edge.sessions()).isEqualTo(1);
    assertThat(edge.metric("herald_mqtt_protocol_errors_total")).isZero();
    present.subscribe(1, "t");
    assertThat(present.publish("t", "as ever", 1)).isZero();
    assertThat(present.message().payload()).isEqualTo("as ever");
    memory(54);
    edge.client(version, "new").ping();
  }

  @ParameterizedTest
  @CsvSource({"5, 151", "4, 128"})
  void step2_furtherSubscriptionsAreRefused(int version, int code) {
    RawClient client = edge.client(version, "c");
    assertThat(client.subscribe(1, "old", "$share/g/old")).containsExactly(1, 1);
    memory(70);
    assertThat(client.subscribe(1, "new", "old", "$share/g/new", "$share/g/old"))
        .containsExactly(code, 1, code, 1);
    assertThat(shed("subscriptions_refused")).isEqualTo(2);
    memory(0);
    assertThat(client.subscribe(1, "new")).containsExactly(1);
  }

  @Test
  void step2_absentSessionsKeepAnEighth() {
    RawClient away = edge.client(Wire.hello(5, "away").resume().sessionExpiry(100));
    away.subscribe(1, "t");
    away.disconnect();
    RawClient publisher = edge.client(5, "p");
    RawClient busy = edge.client(5, "busy").silent();
    busy.subscribe(1, "t");
    memory(70);
    for (int i = 0; i < 20; i++) {
      assertThat(publisher.publish("t", "p".repeat(10_000), 1)).isZero();
    }
    // an eighth of 1 MiB has room for 12 of them with what each takes beside its payload
    await().until(() -> edge.dropped("offline_queue_full") == 8);
    assertThat(edge.limit("memoryHighWater")).isEqualTo(1 + 8);
    for (int i = 0; i < 20; i++) {
      assertThat(busy.message().payload()).as("a connected client misses nothing").hasSize(10_000);
    }
  }

  @Test
  void step2_slowClientsMissQos0AtOnce() {
    RawClient slow = RawClient.open(edge.port(), 5, 4096);
    slow.send(Wire.hello(5, "slow").toBytes());
    Received _ = slow.await(PacketType.CONNACK);
    slow.subscribe(0, "t");
    RawClient quick = edge.client(5, "quick");
    quick.subscribe(0, "t");
    RawClient publisher = edge.client(5, "p");
    memory(70);
    byte[] message = Wire.publish(5, 0, "t", 0, "x".repeat(10_000));
    while (shed("messages_dropped") == 0) {
      publisher.send(message);
      assertThat(quick.message().payload()).hasSize(10_000);
    }
    assertThat(edge.limit("queueBytesMax")).as("the usual bound is far").isZero();
  }

  @Test
  void step3_publishersAreReadOnceASecond() {
    RawClient publisher = edge.client(5, "p");
    RawClient subscriber = edge.client(5, "s");
    subscriber.subscribe(1, "t");
    memory(80);
    assertThat(publisher.publish("t", "first", 1)).isZero();
    assertThat(subscriber.message().payload()).isEqualTo("first");
    await().until(() -> shed("reads_paused") == 1);
    subscriber.ping();
    subscriber.ping();
    assertThat(shed("reads_paused")).as("who does not publish is read").isEqualTo(1);
    for (int i = 2; i <= 4; i++) {
      publisher.send(Wire.publish(5, 1, "t", i, "" + i));
      edge.pass(1);
      assertThat(publisher.await(PacketType.PUBACK).id()).isEqualTo(i);
      assertThat(subscriber.message().payload()).isEqualTo("" + i);
    }
    publisher.send(Wire.publish(5, 1, "t", 5, "last"));
    memory(0);
    assertThat(publisher.await(PacketType.PUBACK).id()).isEqualTo(5);
    assertThat(subscriber.message().payload()).isEqualTo("last");
  }

  @Test
  void step4_sessionsWithTheMostAreEnded() {
    restart("memoryHighWater", "60", "loops", "1");
    RawClient publisher = edge.client(5, "p");
    RawClient small = edge.client(5, "small").silent();
    small.subscribe(1, "small");
    RawClient large = edge.client(5, "large").silent();
    large.subscribe(1, "large");
    RawClient away = edge.client(Wire.hello(5, "away").resume().sessionExpiry(100));
    away.subscribe(1, "away");
    away.disconnect();
    RawClient idle = edge.client(5, "idle");
    for (int i = 0; i < 24; i++) {
      int _ = publisher.publish("large", "x".repeat(10_000), 1);
      int _ = i % 2 == 0 ? publisher.publish("away", "x".repeat(10_000), 1) : 0;
      int _ = i % 3 == 0 ? publisher.publish("small", "x".repeat(10_000), 1) : 0;
    }
    edge.memory(90);
    large.expectEnd(Reason.QUOTA_EXCEEDED);
    // a tenth of the rest is the next largest session, then the last one
    await()
        .until(() -> {
          edge.memory(90);
          return edge.sessions() == 2;
        });
    small.expectEnd(Reason.QUOTA_EXCEEDED);
    log.expect("mqtt.memory_short step=4 used=90%");
    idle.ping();
    edge.memory(0);
    publisher.ping();
    assertThat(shed("sessions_ended")).isEqualTo(3);
    RawClient back = edge.client(Wire.hello(5, "away").resume().sessionExpiry(100));
    assertThat(back.connack().sessionPresent()).as("so it knows that it missed some").isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"part of a packet", "filters", "groups", "aliases", "will"})
  void step4_whoHoldsMostIsEnded(String what) {
    RawClient idle = edge.client(5, "idle");
    idle.subscribe(1, "idle");
    Wire.Hello hello = Wire.hello(5, "greedy");
    if (what.equals("will")) {
      hello.will("t", "x".repeat(65_535), 0, false);
    }
    RawClient greedy = edge.client(hello);
    switch (what) {
      case "part of a packet" -> {
        byte[] packet = Wire.publish(5, 0, "t", 0, "x".repeat(200_000));
        greedy.send(Arrays.copyOf(packet, packet.length - 1));
      }
      case "filters" -> greedy.subscribe(1, "f".repeat(60_000), "g".repeat(60_000));
      case "groups" -> greedy.subscribe(1, "$share/g/" + "f".repeat(65_500));
      case "aliases" -> {
        greedy.send(publish("a".repeat(60_000), 1));
        greedy.send(publish("b".repeat(60_000), 2));
      }
      default -> {
        assertThat(what).isEqualTo("will");
        greedy.subscribe(1, "t");
      }
    }
    await()
        .until(() -> {
          edge.memory(90);
          return edge.metric("herald_mqtt_memory_shed_total", "sessions_ended") == 1;
        });
    log.expect("mqtt.memory_short step=4 used=90%");
    greedy.expectEnd(Reason.QUOTA_EXCEEDED);
    idle.ping();
    assertThat(edge.sessions()).isEqualTo(1);
  }

  @Test
  void step4_membersOfAGroupThatHoldsMuch_areEnded() {
    RawClient idle = edge.client(5, "idle");
    idle.subscribe(1, "idle", "$share/g/idle");
    List<RawClient> stalled = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      RawClient member = edge.client(Wire.hello(5, "stalled" + i).receiveMaximum(1)).silent();
      member.subscribe(1, "$share/g/t");
      stalled.add(member);
    }
    RawClient publisher = edge.client(5, "p");
    List<Integer> posted = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      posted.add(publisher.post("t", "x".repeat(10_000), 1));
    }
    await().until(() -> edge.metric("herald_consumer_waiting_bytes") > 38 * 10_000);
    await()
        .until(() -> {
          edge.memory(90);
          return edge.metric("herald_mqtt_memory_shed_total", "sessions_ended") == 2;
        });
    log.expect("mqtt.memory_short step=4 used=90%");
    stalled.forEach(member -> member.expectEnd(Reason.QUOTA_EXCEEDED));
    edge.awaitMetric("herald_consumer_waiting_bytes", 0);
    edge.memory(0);
    posted.forEach(id -> assertThat(publisher.outcome(id)).isEqualTo(0x83));
    assertThat(idle.publish("idle", "here", 1)).isZero();
    assertThat(idle.payloads(2)).containsOnly("here");
  }

  private static byte[] publish(String topic, int alias) {
    return Wire.publish(5, 0, topic, 0, Wire.alias(alias), new byte[0]);
  }
}
