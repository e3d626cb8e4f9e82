package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static dev.herald.mqtt.codec.Bytes.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.core.config.SettingTree;
import dev.herald.mqtt.codec.Limit;
import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens at each bound. */
final class LimitsIT extends EdgeTest {
  @Test
  void connections_oneMoreIsClosed() {
    restart("connectionsMax", "3");
    RawClient first = edge.client(5, "1");
    RawClient second = edge.client(5, "2");
    RawClient third = edge.client(5, "3");
    edge.open(5).expectClosed();
    assertThat(edge.metric("herald_mqtt_connections_refused_total")).isEqualTo(1);
    assertThat(edge.limit("connectionsMax")).isEqualTo(1);
    second.close();
    edge.awaitMetric("herald_mqtt_connections", 2);
    edge.client(5, "4").ping();
    first.ping();
    third.ping();
  }

  @Test
  void sessions_oneMoreIsRefused() {
    restart("sessionsMax", "2");
    RawClient first = edge.client(5, "1");
    RawClient away = edge.client(Wire.hello(4, "2").resume());
    away.disconnect();
    RawClient refused = RawClient.connect(edge.port(), Wire.hello(5, "3"));
    assertThat(refused.connack().code()).isEqualTo(Reason.QUOTA_EXCEEDED);
    refused.expectClosed();
    RawClient old = RawClient.connect(edge.port(), Wire.hello(4, "3"));
    assertThat(old.connack().code()).isEqualTo(3);
    old.expectClosed();
    RawClient back = edge.client(Wire.hello(4, "2").resume());
    assertThat(back.connack().sessionPresent()).isTrue();
    edge.client(5, "1").ping();
    first.expectEnd(Reason.SESSION_TAKEN_OVER);
    assertThat(edge.limit("sessionsMax")).isEqualTo(2);
  }

  @Test
  void sessions_neverMoreHoweverManyComeAtOnce() {
    restart("sessionsMax", "5");
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      clients.add(edge.open(5));
    }
    for (int i = 0; i < 60; i++) {
      clients.get(i).send(Wire.hello(5, "c" + i).toBytes());
    }
    List<Integer> codes =
        clients.stream().map(client -> client.await(PacketType.CONNACK).code()).toList();
    assertThat(codes).filteredOn(code -> code == 0).hasSize(5);
    assertThat(codes).filteredOn(code -> code != 0).hasSize(55).containsOnly(Reason.QUOTA_EXCEEDED);
    assertThat(edge.sessions()).isEqualTo(5);
    clients.forEach(RawClient::close);
    edge.awaitMetric("herald_mqtt_sessions", 0);
    // every place is free again
    for (int i = 0; i < 5; i++) {
      edge.client(5, "again" + i).ping();
    }
  }

  @Test
  void subscriptions_oneMoreIsRefused() {
    restart("subscriptionsMax", "2");
    RawClient client = edge.client(5, "c");
    assertThat(client.subscribe(1, "a", "b", "c")).containsExactly(1, 1, 0x97);
    assertThat(client.subscribe(2, "b")).as("in place of its own").containsExactly(2);
    assertThat(client.unsubscribe("a")).containsExactly(0);
    assertThat(client.subscribe(0, "c")).containsExactly(0);
    RawClient old = edge.client(4, "o");
    assertThat(old.subscribe(1, "a", "b", "c")).containsExactly(1, 1, 0x80);
    assertThat(edge.limit("subscriptionsMax")).isEqualTo(2);
  }

  @Proves(v5 = {"MQTT-3.3.4-7", "MQTT-3.3.4-8"})
  @Test
  void receiveMax_moreOfQos2AreRefused() {
    restart("receiveMax", "5");
    RawClient client = edge.client(5, "c");
    for (int id = 1; id <= 5; id++) {
      client.send(Wire.publish(5, 2, "t", id, "p"));
      Received _ = client.await(PacketType.PUBREC);
    }
    assertThat(client.subscribe(0, "other")).as("other packets are obeyed").containsExactly(0);
    assertThat(client.publish("other", "QoS 0", 0)).isZero();
    assertThat(client.message().payload()).isEqualTo("QoS 0");
    client.ping();
    client.send(Wire.publish(5, 0b1100, "t", 3, Wire.NO_PROPERTIES, bytes("again")));
    assertThat(client.await(PacketType.PUBREC).id()).isEqualTo(3);
    client.send(Wire.ack(PacketType.PUBREL, 3));
    Received _ = client.await(PacketType.PUBCOMP);
    client.send(Wire.publish(5, 2, "t", 6, "p"));
    Received _ = client.await(PacketType.PUBREC);
    client.send(Wire.publish(5, 1, "t", 7, "p"));
    client.expectEnd(Reason.RECEIVE_MAXIMUM_EXCEEDED);
    assertThat(edge.limit("receiveMax")).isEqualTo(1);
  }

  @Test
  void inflightMax_boundsWhatIsUnderWay() {
    restart("inflightMax", "2");
    RawClient client = edge.client(4, "c").silent();
    client.subscribe(1, "t");
    RawClient publisher = edge.client(5, "p");
    for (int i = 0; i < 5; i++) {
      assertThat(publisher.publish("t", "" + i, 1)).isZero();
    }
    Received first = client.message();
    assertThat(client.message().payload()).isEqualTo("1");
    client.expectNoMessage();
    client.send(Wire.ack(PacketType.PUBACK, first.id()));
    assertThat(client.message().payload()).isEqualTo("2");
    client.expectNoMessage();
  }

  @Test
  void everyLimit_hasASettingOfItsName() {
    for (Limit limit : Limit.values()) {
      assertThat(SettingTree.of(MqttSettings.class).keys())
          .anyMatch(key -> key.path().equals(limit.setting()));
      assertThat(edge.limit(limit.setting())).isZero();
    }
  }

  @Test
  void connectionRateMax_moreInASecondAreClosedAtOnce() {
    restart("connectionRateMax", "3");
    for (int i = 0; i < 3; i++) {
      edge.client(5, "c" + i).ping();
    }
    for (int i = 0; i < 200; i++) {
      edge.open(5).expectClosed();
    }
    assertThat(edge.limit("connectionRateMax")).isEqualTo(200);
    assertThat(edge.metric("herald_mqtt_connections_accepted_total")).isEqualTo(3);
    assertThat(edge.connections()).isEqualTo(3);
    edge.pass(1);
    edge.client(5, "next").ping();
    try (WsClient web = WsClient.open(edge.wsPort())) {
      assertThat(web.handshake("Sec-WebSocket-Protocol: mqtt")).contains("101");
    }
  }

  @Test
  void connectTimeout_isCounted() {
    RawClient silent = edge.open(5);
    edge.awaitMetric("herald_mqtt_connections", 1);
    edge.pass(12);
    silent.expectClosed();
    assertThat(edge.limit("connectTimeout")).isEqualTo(1);
  }

  @Test
  void packetBytesMax_isCounted() {
    restart("packetBytesMax", "1KiB");
    RawClient client = edge.client(5, "c");
    client.send(Wire.publish(5, 0, "t", 0, "x".repeat(1100)));
    client.expectEnd(Reason.PACKET_TOO_LARGE);
    assertThat(edge.limit("packetBytesMax")).isEqualTo(1);
  }

  @Test
  void topicBytesMax_ofNamesWillsAndFilters() {
    restart("topicBytesMax", "64");
    String fits = "t".repeat(62) + "\u00e9";
    String long65 = "t".repeat(63) + "\u00e9";
    RawClient client = edge.client(5, "c");
    assertThat(client.subscribe(1, fits, long65)).containsExactly(1, Reason.TOPIC_FILTER_INVALID);
    assertThat(client.publish(fits, "p", 1)).isZero();
    assertThat(client.message().payload()).isEqualTo("p");
    client.send(Wire.publish(5, 1, long65, 1, "p"));
    client.expectEnd(Reason.TOPIC_NAME_INVALID);
    RawClient old = edge.client(4, "o");
    assertThat(old.subscribe(1, long65)).containsExactly(0x80);
    RawClient will = edge.open(5);
    will.send(Wire.hello(5, "w").will(long65, "gone", 0, false).toBytes());
    assertThat(will.await(PacketType.CONNACK).code()).isEqualTo(Reason.TOPIC_NAME_INVALID);
    assertThat(edge.limit("topicBytesMax")).isEqualTo(4);
  }

  @Test
  void topicLevelsMax_ofNamesAndFilters() {
    restart("topicLevelsMax", "3");
    RawClient client = edge.client(5, "c");
    assertThat(client.subscribe(1, "a/+/#", "a/b/c/#"))
        .containsExactly(1, Reason.TOPIC_FILTER_INVALID);
    assertThat(client.publish("a/b/c", "p", 1)).isZero();
    assertThat(client.message().payload()).isEqualTo("p");
    client.send(Wire.publish(5, 1, "a/b/c/", 1, "p"));
    client.expectEnd(Reason.TOPIC_NAME_INVALID);
    assertThat(edge.limit("topicLevelsMax")).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"5, 133", "4, 2"})
  void clientIdCharactersMax_longerIsRefused(int version, int code) {
    restart("clientIdCharactersMax", "30");
    edge.client(version, "c".repeat(30)).ping();
    RawClient refused = RawClient.connect(edge.port(), Wire.hello(version, "c".repeat(31)));
    assertThat(refused.connack().code()).isEqualTo(code);
    refused.expectClosed();
    assertThat(edge.limit("clientIdCharactersMax")).isEqualTo(1);
  }

  @Test
  void queueMessagesMax_offlineMessagesAreDroppedAndCounted() {
    restart("queueMessagesMax", "3");
    RawClient client = edge.client(Wire.hello(5, "c").resume().sessionExpiry(100));
    client.subscribe(1, "t");
    client.disconnect();
    RawClient publisher = edge.client(5, "p");
    for (int i = 0; i < 5; i++) {
      assertThat(publisher.publish("t", "" + i, 1)).isZero();
    }
    await().until(() -> edge.dropped("offline_queue_full") == 2);
    assertThat(edge.limit("queueMessagesMax")).isEqualTo(2);
    RawClient again = edge.client(Wire.hello(5, "c").resume().sessionExpiry(100));
    assertThat(again.payloads(3)).containsExactly("0", "1", "2");
    again.expectNoMessage();
  }

  @Test
  void queueMessagesMax_onlineClientIsDisconnected() {
    restart("queueMessagesMax", "3", "inflightMax", "1");
    RawClient client = edge.client(5, "c").silent();
    client.subscribe(1, "t");
    RawClient publisher = edge.client(5, "p");
    for (int i = 0; i < 5; i++) {
      assertThat(publisher.publish("t", "" + i, 1)).isZero();
    }
    assertThat(client.message().payload()).isEqualTo("0");
    client.expectEnd(Reason.QUOTA_EXCEEDED);
    assertThat(edge.limit("queueMessagesMax")).isEqualTo(1);
    assertThat(edge.limit("inflightMax")).isEqualTo(3);
  }

  @Test
  void publisherThatOutrunsTheOthers_isHeldBackByTcp() throws InterruptedException {
    restart("queueBytesMax", "256MiB");
    RawClient subscriber = edge.client(5, "s");
    subscriber.subscribe(0, "t");
    RawClient publisher = edge.client(5, "p");
    LoopLane busy = edge.laneOf("s");
    assertThat(edge.laneOf("p")).as("each on a lane of its own").isNotSameAs(busy);
    CountDownLatch free = new CountDownLatch(1);
    busy.execute(() -> {
      try {
        free.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    });
    int messages = 8_000;
    String payload = "x".repeat(10_000);
    byte[] message = Wire.publish(5, 0, "t", 0, payload);
    AtomicInteger written = new AtomicInteger();
    Thread sender =
        Thread.ofPlatform()
            .name("sender")
            .start(() -> {
              for (int i = 0; i < messages; i++) {
                publisher.send(message);
                written.incrementAndGet();
              }
            });
    await().until(edge.router::isCongested);
    // 80 MB are to be sent: what is taken is what may be under way, a read beyond it, and sockets
    edge.pass(busy, 3);
    assertThat(edge.metric("herald_mqtt_bytes_received_total")).isLessThan(24 << 20);
    assertThat(written.get()).isLessThan(messages);
    assertThat(sender.isAlive()).isTrue();
    free.countDown();
    for (int i = 0; i < messages; i++) {
      assertThat(subscriber.message().payload()).isEqualTo(payload);
    }
    sender.join();
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void queueBytesMax_onlineClientIsDisconnected(int version) {
    restart("queueBytesMax", "64KiB", "inflightMax", "1");
    RawClient client = edge.client(version, "c").silent();
    client.subscribe(1, "t");
    RawClient publisher = edge.client(5, "p");
    String payload = "p".repeat(10_000);
    for (int i = 0; i < 8; i++) {
      int _ = publisher.publish("t", payload, 1);
    }
    assertThat(client.message().id()).isEqualTo(1);
    client.expectEnd(Reason.QUOTA_EXCEEDED);
    assertThat(edge.dropped("slow_consumer")).as("what found no room is counted").isEqualTo(1);
    assertThat(edge.limit("queueBytesMax")).isEqualTo(1);
  }

  @Test
  void queueBytesMax_offlineMessagesAreDroppedAndCounted() {
    restart("queueBytesMax", "64KiB");
    RawClient client = edge.client(Wire.hello(5, "c").resume().sessionExpiry(100));
    client.subscribe(1, "t");
    client.disconnect();
    RawClient publisher = edge.client(5, "p");
    for (int i = 0; i < 10; i++) {
      assertThat(publisher.publish("t", i + "p".repeat(10_000), 1)).isZero();
    }
    await().until(() -> edge.dropped("offline_queue_full") == 4);
    RawClient again = edge.client(Wire.hello(5, "c").resume().sessionExpiry(100));
    for (int i = 0; i < 6; i++) {
      assertThat(again.message().payload()).startsWith("" + i);
    }
    again.expectNoMessage();
    assertThat(publisher.publish("t", "p".repeat(10_000), 1)).as("there is room again").isZero();
    assertThat(again.message().payload()).hasSize(10_000);
  }

  @Test
  void queueBytesMax_boundsWhatAClientLeavesUnacknowledged() {
    restart("queueBytesMax", "64KiB");
    RawClient client = edge.client(Wire.hello(5, "c").resume().sessionExpiry(100)).silent();
    client.subscribe(1, "t");
    RawClient publisher = edge.client(5, "p");
    // it reads but never acknowledges: half waits unacknowledged, half in the queue, then it ends
    int sent = 0;
    while (edge.dropped("slow_consumer") == 0) {
      int _ = publisher.publish("t", "p".repeat(10_000), 1);
      assertThat(++sent).as("messages kept for it").isLessThan(100);
    }
    client.expectEnd(Reason.QUOTA_EXCEEDED);
  }

  @Test
  void slowSubscriber_isDroppedForAndTheOthersGoOn() {
    restart("queueBytesMax", "1MiB");
    RawClient slow = RawClient.open(edge.port(), 5, 4096);
    slow.send(Wire.hello(5, "slow").toBytes());
    Received _ = slow.await(PacketType.CONNACK);
    slow.subscribe(0, "t");
    RawClient quick = edge.client(5, "quick");
    quick.subscribe(0, "t");
    RawClient publisher = edge.client(5, "p");
    String payload = "x".repeat(10_000);
    byte[] ten = {};
    for (int i = 0; i < 10; i++) {
      ten = bytes(ten, Wire.publish(5, 0, "t", 0, payload));
    }
    for (int i = 0; i < 200; i++) {
      publisher.send(ten);
      for (int k = 0; k < 10; k++) {
        assertThat(quick.message().payload()).hasSize(10_000);
      }
    }
    publisher.ping();
    assertThat(edge.dropped("slow_consumer")).isGreaterThan(0);
    long sent = edge.metric("herald_mqtt_messages_sent_total");
    long dropped = edge.dropped("slow_consumer");
    assertThat(sent + dropped).isEqualTo(4000);
    // 20 MB were published: what is kept for the slow one is its queue and the socket's buffers
    assertThat((sent - 2000) * 10_000).isLessThan(8 << 20);
    // it is served again once it reads
    for (int i = 0; i < sent - 2000; i++) {
      assertThat(slow.message().payload()).hasSize(10_000);
    }
    publisher.send(Wire.publish(5, 0, "t", 0, "again"));
    assertThat(slow.message().payload()).isEqualTo("again");
  }

  @Test
  void slowReader_thatAsksALotGetsEveryAnswer() throws InterruptedException {
    restart("queueBytesMax", "64KiB");
    RawClient slow = RawClient.open(edge.port(), 5, 256 * 1024);
    slow.send(Wire.hello(5, "slow").toBytes());
    Received _ = slow.await(PacketType.CONNACK);
    // each is answered by a sentence several times its length
    byte[] one = Wire.publish(5, 1, "$x", 1, "p");
    int blocks = 40;
    byte[] block = {};
    for (int i = 0; i < 500; i++) {
      block = bytes(block, one);
    }
    byte[] many = block;
    Thread asking =
        Thread.ofPlatform()
            .name("asking")
            .start(() -> {
              for (int i = 0; i < blocks; i++) {
                slow.send(many);
              }
            });
    await().until(() -> edge.metric("herald_mqtt_bytes_sent_total") > 200_000);
    for (int i = 0; i < blocks * 500; i++) {
      Received _ = slow.await(PacketType.PUBACK);
    }
    asking.join();
  }

  @Proves(v5 = {"MQTT-3.1.2-24", "MQTT-3.1.2-25"})
  @Test
  void maximumPacketSize_ofTheClientIsRespected() {
    RawClient small = edge.client(Wire.hello(5, "small").maximumPacketSize(100));
    small.subscribe(Wire.identifier(7), 1, "t");
    RawClient publisher = edge.client(5, "p");
    for (int qos = 0; qos <= 1; qos++) {
      // the packet of the size that just fits: measured, not computed
      int _ = publisher.publish("t", "x".repeat(50), qos);
      int overhead = small.message().size() - 50;
      int _ = publisher.publish("t", "y".repeat(101 - overhead), qos);
      int _ = publisher.publish("t", "z".repeat(100 - overhead), qos);
      Received fits = small.message();
      assertThat(fits.payload()).startsWith("z");
      assertThat(fits.size()).isEqualTo(100);
      int _ = publisher.publish("t", "w".repeat(100 - overhead - 5), qos << 1, Wire.expiry(60));
      assertThat(small.message().size()).as("with an expiry").isEqualTo(100);
    }
    assertThat(edge.dropped("packet_too_large")).isEqualTo(2);
  }

  @Proves(v5 = "MQTT-3.2.2-19")
  @Test
  void maximumPacketSize_reasonStringsAreLeftOut() {
    RawClient small = edge.client(Wire.hello(5, "small").maximumPacketSize(30));
    small.send(Wire.publish(5, 1, "$x", 1, "p"));
    Received refused = small.await(PacketType.PUBACK);
    assertThat(refused.code()).isEqualTo(Reason.TOPIC_NAME_INVALID);
    assertThat(refused.size()).isLessThanOrEqualTo(30);
    small.send(Wire.packet(0xF0));
    assertThat(small.expectEnd(Reason.PROTOCOL_ERROR).size()).isLessThanOrEqualTo(30);
    RawClient connecting =
        RawClient.connect(
            edge.port(), Wire.hello(5, "c").maximumPacketSize(10).with(0x15, text("m")));
    assertThat(connecting.connack().code()).isEqualTo(Reason.BAD_AUTHENTICATION_METHOD);
    assertThat(connecting.connack().size()).isLessThanOrEqualTo(10);
  }
}
