package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.mqtt.codec.PacketType;
import dev.herald.testkit.ModelRelayStore;
import dev.herald.testkit.RelayContents;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What outlives the process. */
final class RelayIT extends EdgeTest {
  private static final String BACKLOG = "herald_relay_backlog_bytes";
  private static final int PUBREC_PACKET = 0x50;
  private static final int PACKET_IDENTIFIER_NOT_FOUND = 0x92;

  private static Wire.Hello lasting(String clientId) {
    return Wire.hello(5, clientId).resume().sessionExpiry(1000);
  }

  private RelayContents kept() {
    ModelRelayStore store = new ModelRelayStore(edge.place);
    store.start();
    return RelayContents.of(store);
  }

  private void awaitSaved(long messages) {
    await().until(() -> edge.metric("herald_relay_saved_total", "message") >= messages);
    edge.awaitMetric(BACKLOG, 0);
  }

  private long loaded(String kind) {
    return edge.metric("herald_relay_loaded_total", kind);
  }

  private long lost(String reason) {
    return edge.metric("herald_relay_dropped_total", reason);
  }

  // ---- retained messages

  @Test
  void retained_areThereAgain_withAllThatWasSaidOfThem() {
    RawClient publisher = edge.client(Wire.hello(5, "p").user("a/u"));
    byte[] said = bytes(Wire.expiry(100), Wire.userProperty("k", "v"), 0x03, 0, 1, 'x');
    assertThat(publisher.publish("t/1", "one", 0x03, said)).isEqualTo(0x10);
    publisher.retain("t/2", "two", 2);
    publisher.retain("t/3", "gone", 1);
    publisher.retain("t/3", "", 1);
    restartAfter(40);
    RawClient subscriber = edge.client(Wire.hello(5, "s").user("a/u"));
    subscriber.subscribe(2, "t/#");
    Received one = subscriber.message();
    assertThat(one.payload()).isEqualTo("one");
    assertThat(one.retained()).isTrue();
    assertThat(one.qos()).isEqualTo(1);
    assertThat(one.property(0x02)).containsExactly(60L);
    assertThat(one.property(0x26)).containsExactly("k=v");
    assertThat(one.property(0x03)).containsExactly("x");
    Received two = subscriber.message();
    assertThat(two.payload()).isEqualTo("two");
    assertThat(two.qos()).isEqualTo(2);
    subscriber.expectNoMessage();
    assertThat(loaded("retained")).isEqualTo(2);
    // another app has none of it
    RawClient other = edge.client(Wire.hello(5, "s").user("b/u"));
    other.subscribe(2, "#");
    other.expectNoMessage();
  }

  @Test
  void retained_thatExpiredMeanwhile_isForgottenForGood() {
    RawClient publisher = edge.client(5, "p");
    publisher.publish("t", "p", 0x03, Wire.expiry(10));
    restartAfter(10);
    assertThat(loaded("retained")).isZero();
    assertThat(lost("expired")).isEqualTo(1);
    edge.close();
    assertThat(kept().retained()).isEmpty();
  }

  @Test
  void retained_limitsHoldAtTheStart() {
    RawClient publisher = edge.client(5, "p");
    for (int i = 0; i < 5; i++) {
      publisher.retain("t/" + i, "p", 1);
    }
    restartAfter(0, "retainedMessagesMax", "3");
    assertThat(loaded("retained")).isEqualTo(3);
    assertThat(lost("no_room")).isEqualTo(2);
    assertThat(edge.metric("herald_retained_messages")).isEqualTo(3);
    edge.close();
    assertThat(kept().retained()).hasSize(3);
  }

  @Test
  void retained_ofOneself_isStillNotSentToOneself() {
    edge.client(5, "c").retain("t", "p", 1);
    restartAfter(0);
    RawClient self = edge.client(5, "c");
    self.subscribe(0x04, "t");
    self.expectNoMessage();
    RawClient other = edge.client(5, "d");
    other.subscribe(0x04, "t");
    assertThat(other.message().payload()).isEqualTo("p");
  }

  @Test
  void retained_backlogIsBounded_andWhatIsLeftOutIsCounted() {
    restart("backlogBytesMax", "1KiB");
    edge.place.setFull(true);
    RawClient publisher = edge.client(5, "p");
    for (int i = 0; i < 100; i++) {
      publisher.retain("t/" + i, "p", 1);
    }
    assertThat(lost("backlog_full")).isPositive();
    edge.place.setFull(false);
    edge.awaitMetric(BACKLOG, 0);
    publisher.retain("last", "p", 1);
    long left = lost("backlog_full");
    edge.close();
    assertThat(kept().retained()).hasSize((int) (101 - left));
  }

  // ---- sessions and the messages that wait

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void offlineSession_hasItsSubscriptionsAndMessages(int version) {
    Wire.Hello hello = Wire.hello(version, "c").resume();
    RawClient client = edge.client(version >= 5 ? hello.sessionExpiry(1000) : hello);
    client.subscribe(2, "t/+", "u");
    client.unsubscribe("u");
    client.disconnect();
    RawClient publisher = edge.client(5, "p");
    for (int i = 0; i < 6; i++) {
      assertThat(publisher.publish("t/" + i, "" + i, 1 + i % 2)).isZero();
    }
    restartAfter(5);
    assertThat(loaded("session")).isEqualTo(1);
    assertThat(loaded("message")).isEqualTo(6);
    RawClient again = edge.client(version >= 5 ? lasting("c") : Wire.hello(4, "c").resume());
    assertThat(again.connack().sessionPresent()).isTrue();
    List<Received> messages = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      messages.add(again.message());
    }
    assertThat(messages)
        .extracting(Received::payload)
        .containsExactly("0", "1", "2", "3", "4", "5");
    assertThat(messages).extracting(Received::qos).containsExactly(1, 2, 1, 2, 1, 2);
    assertThat(messages).noneMatch(Received::duplicate);
    again.expectNoMessage();
    publisher = edge.client(5, "p");
    assertThat(publisher.publish("t/7", "live", 1)).isZero();
    assertThat(again.message().payload()).isEqualTo("live");
    assertThat(publisher.publish("u", "nobody", 1)).isEqualTo(0x10);
    // and nothing comes twice after another restart
    again.disconnect();
    restartAfter(5);
    RawClient last = edge.client(lasting("c"));
    assertThat(last.connack().sessionPresent()).isTrue();
    last.expectNoMessage();
  }

  @Test
  void connectedSession_goesOnWhereItWas_afterACleanStop() {
    RawClient client = edge.client(lasting("c").receiveMaximum(5)).silent();
    client.subscribe(bytes(0x0B, 7), 2, "t");
    RawClient publisher = edge.client(5, "p");
    List<Received> sent = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      assertThat(publisher.publish("t", "" + i, 1 + i % 2)).isZero();
    }
    for (int i = 0; i < 5; i++) {
      sent.add(client.message());
    }
    // 2 is done; 1 and 3 are received, 0 and 4 open; 5 was sent in the place of 2, 6 and 7 wait
    client.send(Wire.ack(PacketType.PUBACK, sent.get(2).id()));
    client.send(Wire.ack(PacketType.PUBREC, sent.get(1).id()));
    client.send(Wire.ack(PacketType.PUBREC, sent.get(3).id()));
    assertThat(client.await(PacketType.PUBREL).id()).isEqualTo(sent.get(1).id());
    assertThat(client.await(PacketType.PUBREL).id()).isEqualTo(sent.get(3).id());
    Received five = client.message();
    // a message of its own that it has not released
    client.send(Wire.publish(5, 2, "own", 77, "once"));
    assertThat(client.await(PacketType.PUBREC).id()).isEqualTo(77);

    restartAfter(5);
    RawClient witness = edge.client(5, "w");
    witness.subscribe(1, "own");
    RawClient again = edge.client(lasting("c")).silent();
    assertThat(again.connack().sessionPresent()).isTrue();
    expectAgain(again, sent.get(0));
    assertThat(again.await(PacketType.PUBREL).id()).isEqualTo(sent.get(1).id());
    assertThat(again.await(PacketType.PUBREL).id()).isEqualTo(sent.get(3).id());
    expectAgain(again, sent.get(4));
    expectAgain(again, five);
    Received six = again.message();
    assertThat(six.payload()).isEqualTo("6");
    assertThat(six.duplicate()).isFalse();
    assertThat(six.property(0x0B)).containsExactly(7);
    assertThat(again.message().payload()).isEqualTo("7");
    again.send(again(77));
    assertThat(again.await(PacketType.PUBREC).code()).isZero();
    witness.expectNoMessage();
    again.send(Wire.packet(0x62, 0, 77));
    assertThat(again.await(PacketType.PUBCOMP).code()).isZero();
  }

  private static byte[] again(int packetId) {
    byte[] packet = Wire.publish(5, 2, "own", packetId, "once");
    packet[0] |= 0x08;
    return packet;
  }

  private static void expectAgain(RawClient client, Received sent) {
    Received again = client.message();
    assertThat(again.payload()).isEqualTo(sent.payload());
    assertThat(again.id()).isEqualTo(sent.id());
    assertThat(again.qos()).isEqualTo(sent.qos());
    assertThat(again.duplicate()).isTrue();
    assertThat(again.property(0x0B)).isEqualTo(sent.property(0x0B));
  }

  @Test
  void expiries_goOnWhileTheServerIsDown() {
    RawClient client = edge.client(Wire.hello(5, "c").resume().sessionExpiry(100));
    client.subscribe(1, "t");
    client.disconnect();
    RawClient publisher = edge.client(5, "p");
    assertThat(publisher.publish("t", "short", 0x02, Wire.expiry(40))).isZero();
    assertThat(publisher.publish("t", "long", 0x02, Wire.expiry(90))).isZero();
    restartAfter(50);
    RawClient again = edge.client(Wire.hello(5, "c").resume().sessionExpiry(100));
    Received only = again.message();
    assertThat(only.payload()).isEqualTo("long");
    assertThat(only.property(0x02)).containsExactly(40L);
    again.expectNoMessage();
    again.disconnect();
    restartAfter(90);
    edge.pass(8);
    assertThat(edge.sessions()).isEqualTo(1);
    edge.pass(4);
    edge.awaitMetric("herald_mqtt_sessions", 0);
    edge.close();
    assertThat(kept().sessions()).isEmpty();
  }

  @Test
  void sessionThatExpiredMeanwhile_isNotResumed_andItsWillIsPublished() {
    RawClient listener = edge.client(lasting("listener"));
    listener.subscribe(1, "w");
    listener.disconnect();
    edge.client(Wire.hello(5, "c").resume().sessionExpiry(100).willAfter(100, "w", "will")).close();
    edge.awaitMetric("herald_mqtt_connections", 0);
    restartAfter(200);
    edge.pass(2);
    assertThat(edge.client(lasting("c")).connack().sessionPresent()).isFalse();
    RawClient again = edge.client(lasting("listener"));
    assertThat(again.message().payload()).isEqualTo("will");
  }

  @Test
  void delayedWill_isPublishedInTime_orNotIfTheClientComesBack() {
    for (String id : List.of("back", "gone")) {
      edge.client(Wire.hello(5, id).resume().sessionExpiry(1000).willAfter(100, "w", id)).close();
    }
    edge.awaitMetric("herald_mqtt_connections", 0);
    edge.pass(30);
    restartAfter(30);
    RawClient witness = edge.client(5, "witness");
    witness.subscribe(1, "w");
    RawClient back = edge.client(lasting("back"));
    edge.pass(38);
    witness.expectNoMessage();
    edge.pass(4);
    assertThat(witness.message().payload()).isEqualTo("gone");
    witness.expectNoMessage();
    back.disconnect();
    // once published it is not kept
    restartAfter(500);
    edge.pass(2);
    witness = edge.client(5, "witness");
    witness.subscribe(1, "w");
    edge.pass(300);
    witness.expectNoMessage();
  }

  @Test
  void sessionsThatEnd_leaveNothing() {
    RawClient clean = edge.client(5, "clean");
    clean.subscribe(1, "t");
    for (String id : List.of("cleared", "shortened", "resumedForNow")) {
      RawClient client = edge.client(lasting(id));
      client.subscribe(1, "t");
      client.disconnect();
    }
    assertThat(edge.client(5, "p").publish("t", "p", 1)).isZero();
    awaitSaved(3);
    assertThat(kept().sessions()).hasSize(3);
    RawClient cleared = edge.client(5, "cleared");
    assertThat(cleared.connack().sessionPresent()).isFalse();
    RawClient shortened = edge.client(lasting("shortened"));
    shortened.send(Wire.disconnect(0, bytes(0x11, 0, 0, 0, 0)));
    shortened.expectClosed();
    RawClient resumed = edge.client(Wire.hello(5, "resumedForNow").resume());
    assertThat(resumed.connack().sessionPresent()).isTrue();
    edge.awaitMetric("herald_mqtt_sessions", 4);
    edge.awaitMetric(BACKLOG, 0);
    assertThat(kept().sessions()).as("also while their connections are open").isEmpty();
    restartAfter(0);
    assertThat(edge.sessions()).isZero();
  }

  @Test
  void sharedSubscription_isThereAgain_whenItsClientIs() {
    RawClient client = edge.client(lasting("c"));
    client.subscribe(bytes(0x0B, 9), 1, "$share/g/t");
    client.disconnect();
    restartAfter(0);
    RawClient publisher = edge.client(5, "p");
    assertThat(publisher.publish("t", "nobody there", 1)).isEqualTo(0x10);
    RawClient again = edge.client(lasting("c"));
    assertThat(again.connack().sessionPresent()).isTrue();
    publisher.send(Wire.publish(5, 1, "t", 50, "p"));
    Received message = again.message();
    assertThat(message.payload()).isEqualTo("p");
    assertThat(message.property(0x0B)).containsExactly(9);
    assertThat(publisher.await(PacketType.PUBACK).code()).isZero();
  }

  @Test
  void apps_areApart() {
    for (String app : List.of("a", "b")) {
      RawClient client = edge.client(lasting("same").user(app + "/u"));
      client.subscribe(1, "t");
      client.disconnect();
      assertThat(edge.client(Wire.hello(5, "p").user(app + "/u")).publish("t", "of " + app, 1))
          .isZero();
    }
    restartAfter(0);
    for (String app : List.of("a", "b")) {
      RawClient client = edge.client(lasting("same").user(app + "/u"));
      assertThat(client.message().payload()).isEqualTo("of " + app);
      client.expectNoMessage();
    }
  }

  @Test
  void sessionLimit_holdsAtTheStart() {
    for (int i = 0; i < 5; i++) {
      edge.client(lasting("c" + i)).disconnect();
    }
    restartAfter(0, "sessionsMax", "3");
    assertThat(edge.sessions()).isEqualTo(3);
    assertThat(loaded("session")).isEqualTo(3);
    assertThat(lost("no_room")).isEqualTo(2);
    edge.awaitMetric(BACKLOG, 0);
    assertThat(kept().sessions()).hasSize(3);
  }

  @Test
  void queueLimit_holdsAtTheStart() {
    RawClient client = edge.client(lasting("c"));
    client.subscribe(1, "t");
    client.disconnect();
    RawClient publisher = edge.client(5, "p");
    for (int i = 0; i < 10; i++) {
      assertThat(publisher.publish("t", "x".repeat(10_000) + i, 1)).isZero();
    }
    restartAfter(0, "queueBytesMax", "64KiB");
    assertThat(edge.dropped("offline_queue_full")).isEqualTo(4);
    RawClient again = edge.client(lasting("c"));
    for (int i = 0; i < 6; i++) {
      assertThat(again.message().payload()).endsWith("x" + i);
    }
    again.expectNoMessage();
    again.disconnect();
    edge.close();
    assertThat(kept().loaded().values()).allMatch(List::isEmpty);
  }

  // ---- killed

  @Test
  void kill_leavesWhatWasSaved() {
    RawClient client = edge.client(lasting("c"));
    client.subscribe(2, "t");
    client.disconnect();
    RawClient publisher = edge.client(5, "p");
    publisher.retain("r", "retained", 1);
    assertThat(publisher.publish("t", "0", 1)).isZero();
    assertThat(publisher.publish("t", "1", 2)).isZero();
    awaitSaved(2);
    crash();
    RawClient again = edge.client(lasting("c"));
    assertThat(again.payloads(2)).containsExactly("0", "1");
    again.subscribe(1, "r");
    assertThat(again.message().payload()).isEqualTo("retained");
    // what is acknowledged now is not sent again, though the client is connected when it happens
    again.ping();
    edge.awaitMetric(BACKLOG, 0);
    crash();
    RawClient last = edge.client(lasting("c"));
    assertThat(last.connack().sessionPresent()).isTrue();
    last.expectNoMessage();
    assertThat(edge.client(5, "p").publish("t", "2", 1)).as("still subscribed").isZero();
    assertThat(last.message().payload()).isEqualTo("2");
  }

  @Test
  void kill_inTheMiddleOfAnExchange_goesOnUnderTheSameIdentifier() {
    RawClient client = edge.client(lasting("c"));
    client.subscribe(2, "t");
    client.disconnect();
    RawClient publisher = edge.client(5, "p");
    for (int i = 0; i < 3; i++) {
      assertThat(publisher.publish("t", "" + i, 2)).isZero();
    }
    awaitSaved(3);
    RawClient second = edge.client(lasting("c").receiveMaximum(2)).silent();
    Received zero = second.message();
    Received one = second.message();
    second.send(Wire.packet(PUBREC_PACKET, zero.id() >> 8, zero.id()));
    assertThat(second.await(PacketType.PUBREL).id()).isEqualTo(zero.id());
    edge.awaitMetric(BACKLOG, 0);
    crash();
    RawClient third = edge.client(lasting("c")).silent();
    assertThat(third.await(PacketType.PUBREL).id()).isEqualTo(zero.id());
    Received again = third.message();
    assertThat(again.payload()).isEqualTo("1");
    assertThat(again.id()).isEqualTo(one.id());
    assertThat(again.duplicate()).isTrue();
    assertThat(third.message().payload()).isEqualTo("2");
    third.expectNoMessage();
  }

  @Test
  void kill_ofAConnectedClient_isTheLossOfItsConnection() {
    RawClient client =
        edge.client(Wire.hello(5, "c").resume().sessionExpiry(100).willAfter(50, "w", "will"));
    client.subscribe(1, "t");
    // an identifier that was released long ago must not be taken for a repetition
    client.send(Wire.publish(5, 2, "own", 9, "first"));
    assertThat(client.await(PacketType.PUBREC).id()).isEqualTo(9);
    client.subscribe(1, "u");
    edge.awaitMetric(BACKLOG, 0);
    client.send(Wire.packet(0x62, 0, 9));
    assertThat(client.await(PacketType.PUBCOMP).code()).isZero();
    edge.awaitMetric(BACKLOG, 0);
    crash();
    RawClient witness = edge.client(5, "witness");
    witness.subscribe(1, "w");
    edge.pass(48);
    witness.expectNoMessage();
    edge.pass(4);
    assertThat(witness.message().payload()).isEqualTo("will");
    RawClient again = edge.client(lasting("c"));
    assertThat(again.connack().sessionPresent()).isTrue();
    again.send(Wire.packet(0x62, 0, 9));
    assertThat(again.await(PacketType.PUBCOMP).code()).isEqualTo(PACKET_IDENTIFIER_NOT_FOUND);
    again.disconnect();
    crash();
    edge.pass(90);
    assertThat(edge.sessions()).as("its time began with the kill").isPositive();
  }

  // ---- a store that does not work

  @Test
  void fullDisk_harmsNobody_andEverythingIsWrittenLater() {
    edge.place.setFull(true);
    RawClient client = edge.client(lasting("c"));
    client.subscribe(1, "t");
    client.disconnect();
    RawClient publisher = edge.client(5, "p");
    for (int i = 0; i < 50; i++) {
      assertThat(publisher.publish("t", "" + i, 1)).isZero();
      publisher.retain("r/" + i, "" + i, 0);
    }
    for (int i = 0; i < 50; i++) {
      // sessions that come and go meanwhile leave nothing to be written
      edge.client(lasting("passing" + i)).disconnect();
      edge.client(5, "passing" + i).disconnect();
    }
    publisher.ping();
    assertThat(edge.metric(BACKLOG)).isPositive();
    assertThat(kept().sessions()).isEmpty();
    edge.place.setFull(false);
    awaitSaved(50);
    assertThat(kept().sessions()).hasSize(1);
    assertThat(kept().retained()).hasSize(50);
    restartAfter(0);
    RawClient again = edge.client(lasting("c"));
    for (int i = 0; i < 50; i++) {
      assertThat(again.message().payload()).isEqualTo("" + i);
    }
  }

  @Test
  void fullDiskAtTheStop_endsInTime_andTellsWhatIsLost() {
    restart("stopMax", "100ms");
    edge.place.setFull(true);
    edge.client(5, "p").retain("t", "p", 1);
    edge.close();
    assertThat(lost("stop_timeout")).isPositive();
    log.expect("relay.not_saved");
    assertThat(kept().retained()).isEmpty();
  }
}
