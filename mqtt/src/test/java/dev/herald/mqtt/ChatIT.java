package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Chats over MQTT: {@code $chat/{chatId}}. */
final class ChatIT extends EdgeTest {
  private static final int USER_PROPERTY = 0x26;

  private RawClient joined(int version, String clientId) {
    RawClient client = edge.client(version, clientId);
    assertThat(client.subscribe(1, "$chat/c")).containsExactly(1);
    return client;
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void chat_fromFirstJoinToLastLeave(int version) {
    RawClient ann = joined(version, "ann");
    assertThat(ann.message().payload()).isEqualTo("joined 1 ann 1");
    RawClient bob = joined(9 - version, "bob");
    assertThat(ann.message().payload()).isEqualTo("joined 2 bob 2");
    assertThat(bob.message().payload()).isEqualTo("joined 2 bob 2");

    for (int qos = 0; qos <= 2; qos++) {
      assertThat(ann.publish("$chat/c", "qos " + qos, qos)).isZero();
    }
    assertThat(bob.payloads(3)).containsExactly("qos 0", "qos 1", "qos 2");
    assertThat(bob.publish("$chat/c", "hello ann", 1)).isZero();
    assertThat(ann.message().payload()).isEqualTo("hello ann");
    ann.expectNoMessage();

    assertThat(bob.unsubscribe("$chat/c")).isEqualTo(version == 4 ? List.of(0) : List.of());
    assertThat(ann.message().payload()).isEqualTo("left 7 bob 1");
    bob.expectNoMessage();
    ann.unsubscribe("$chat/c");
    edge.awaitMetric("herald_chats", 0);
  }

  @Test
  void message_saysWhoAndItsNumber_eventSaysWhat() {
    RawClient ann = edge.client(Wire.hello(5, "ann-phone").user("app/ann"));
    ann.subscribe(1, "$chat/c");
    RawClient bob = edge.client(Wire.hello(5, "bob").user("app/bob"));
    bob.subscribe(2, "$chat/c");
    Received event = bob.message();
    assertThat(event.property(USER_PROPERTY)).containsExactly("event=joined", "seq=2");
    assertThat(event.topic()).isEqualTo("$chat/c");

    byte[] forged = bytes(Wire.userProperty("from", "eve"), Wire.userProperty("color", "red"));
    assertThat(ann.publish("$chat/c", "hi", 4, forged)).isZero();

    Received said = bob.message();
    assertThat(said.property(USER_PROPERTY))
        .containsExactly("color=red", "from=ann-phone", "user=ann", "seq=3");
    assertThat(said.qos()).isEqualTo(2);
  }

  @Test
  void echo_onlyIfAskedFor() {
    RawClient ann = edge.client(5, "ann");
    ann.subscribe(bytes(Wire.userProperty("echo", "1")), 1, "$chat/c");
    assertThat(ann.publish("$chat/c", "one", 1)).isZero();
    assertThat(ann.payloads(2)).containsExactly("joined 1 ann 1", "one");
    // the same filter again changes the options, and is no second joining
    assertThat(ann.subscribe(0, "$chat/c")).containsExactly(0);
    assertThat(ann.publish("$chat/c", "two", 1)).isZero();
    ann.expectNoMessage();
  }

  @Test
  void idOfAChat_isOneLevelWhateverItContains() {
    RawClient ann = edge.client(5, "ann");
    assertThat(ann.subscribe(1, "$chat/a%2Fb")).containsExactly(1);
    assertThat(ann.message().topic()).isEqualTo("$chat/a%2Fb");
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void chatCalledEnd_isOneLikeAnyOther(int version) {
    RawClient ann = edge.client(version, "ann");
    assertThat(ann.subscribe(1, "$chat/end")).containsExactly(1);
    RawClient bob = edge.client(5, "bob");
    assertThat(bob.subscribe(1, "$chat/end")).containsExactly(1);
    assertThat(ann.publish("$chat/end", "hi", 1)).isZero();
    assertThat(bob.payloads(2)).containsExactly("joined 2 bob 2", "hi");
    assertThat(ann.publish("$chat/end/end", "", 1)).isZero();
    assertThat(bob.message().payload()).isEqualTo("ended 4 ann 0");
  }

  // ---- clients that are of another user from some time on

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void reconnect_asAnotherUser_speaksAsThatOne(boolean takesOver) {
    RawClient bob = joined(5, "bob");
    RawClient phone = edge.client(Wire.lasting(5, "phone").user("app/ann"));
    RawClient other = edge.client(Wire.hello(5, "bob").user("app/bob"));
    other.subscribe(1, "$chat/c");
    phone.subscribe(1, "$chat/c");
    assertThat(phone.publish("$chat/c", "as ann", 1)).isZero();
    assertThat(said(other, "as ann")).containsExactly("from=phone", "user=ann", "seq=3");
    if (!takesOver) {
      phone.disconnect();
      edge.awaitConnections(2);
    }
    RawClient eve = edge.client(Wire.lasting(5, "phone").user("app/eve"));
    assertThat(eve.connack().sessionPresent()).isTrue();
    assertThat(eve.publish("$chat/c", "as eve", 1)).isZero();
    assertThat(said(other, "as eve")).containsExactly("from=phone", "user=eve", "seq=5");
    // subscribing again changes nothing of that
    assertThat(eve.subscribe(1, "$chat/c")).containsExactly(1);
    assertThat(eve.publish("$chat/c", "again", 1)).isZero();
    assertThat(said(other, "again")).containsExactly("from=phone", "user=eve", "seq=6");
    assertThat(bob.message().payload()).as("of another app").isEqualTo("joined 1 bob 1");
    bob.expectNoMessage();
  }

  @Test
  void me_asAnotherUser_speaksAsThatOne() {
    RawClient bob = joined(5, "bob");
    RawClient phone = joined(4, "phone");
    assertThat(phone.publish("$me", "user=eve", 1)).isZero();
    assertThat(phone.publish("$chat/c", "as eve", 1)).isZero();
    assertThat(said(bob, "as eve")).containsExactly("from=phone", "user=eve", "seq=4");
    assertThat(phone.publish("$me", "user=", 1)).isZero();
    assertThat(phone.publish("$chat/c", "as nobody", 1)).isZero();
    assertThat(said(bob, "as nobody")).containsExactly("from=phone", "seq=6");
  }

  /** Reads on to what was said; returns its user properties. */
  private static List<Object> said(RawClient client, String text) {
    Received message = client.message();
    while (!message.payload().equals(text)) {
      assertThat(message.payload()).startsWith("joined ");
      message = client.message();
    }
    return List.copyOf(message.property(USER_PROPERTY));
  }

  // ---- what is refused

  @Test
  void publish_byWhoIsNotIn_isRefused() {
    RawClient ann = joined(5, "ann");
    RawClient eve = edge.client(5, "eve");
    for (int qos = 1; qos <= 2; qos++) {
      assertThat(eve.publish("$chat/c", "hi", qos)).isEqualTo(Reason.NOT_AUTHORIZED);
      assertThat(eve.publish("$chat/none", "hi", qos)).isEqualTo(Reason.NOT_AUTHORIZED);
    }
    assertThat(eve.publish("$chat/c", "hi", 0)).isZero();
    eve.ping();
    assertThat(edge.dropped("refused")).isEqualTo(5);
    RawClient old = edge.client(4, "old");
    old.send(Wire.publish(4, 1, "$chat/c", 1, "hi"));
    old.expectClosed();
    assertThat(ann.message().payload()).isEqualTo("joined 1 ann 1");
    ann.expectNoMessage();
  }

  @Test
  void publish_whatNobodyMaySay_isRefused() {
    restart("messageBytesMax", "1KiB");
    RawClient ann = joined(5, "ann");
    assertThat(ann.publish("$chat/c", "x".repeat(1025), 1)).isEqualTo(Reason.QUOTA_EXCEEDED);
    assertThat(ann.publish("$chat/c", "x".repeat(1024), 1)).isZero();
    assertThat(ann.publish("$chat/c", "{\"$chat\":\"ended\"}", 2)).isEqualTo(0x83);
    byte[] text = bytes(1, 1);
    ann.send(Wire.publish(5, 2, "$chat/c", 77, text, bytes(0xFF)));
    assertThat(ann.await(PacketType.PUBACK).code()).isEqualTo(Reason.PAYLOAD_FORMAT_INVALID);
    assertThat(edge.metric("herald_chat_limits_total", "messageBytesMax")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"$chat/", "$chat/a/b", "$chat/+", "$chat/#", "$chat", "$chat/%zz"})
  void subscribe_filtersThatAreNoChat(String filter) {
    RawClient ann = edge.client(5, "ann");
    assertThat(ann.subscribe(1, filter)).containsExactly(Reason.TOPIC_FILTER_INVALID);
    assertThat(edge.client(4, "old").subscribe(1, filter)).containsExactly(0x80);
  }

  @Test
  void subscribe_sharedOrTooLong_isRefused() {
    RawClient ann = edge.client(5, "ann");
    assertThat(ann.subscribe(1, "$share/g/$chat/c")).containsExactly(Reason.TOPIC_FILTER_INVALID);
    assertThat(ann.subscribe(1, "$chat/" + "x".repeat(128))).containsExactly(0x83);
    assertThat(ann.subscribe(1, "$chat/" + "x".repeat(127))).containsExactly(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void publish_topicsThatAreNoChat(int version) {
    RawClient ann = edge.client(version, "ann");
    assertThat(ann.publish("$chat/a/b", "x", 1))
        .isEqualTo(version == 5 ? Reason.TOPIC_NAME_INVALID : 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void will_toAChat_isRefused(int version) {
    RawClient client = edge.open(version);
    client.send(Wire.hello(version, "ann").will("$chat/c", "bye", 1, false).toBytes());
    if (version == 5) {
      assertThat(client.await(PacketType.CONNACK).code()).isEqualTo(Reason.TOPIC_NAME_INVALID);
    }
    client.expectClosed();
  }

  @Test
  void subscribe_severalFiltersAtOnce_areAnsweredInTheirOrder() {
    RawClient ann = edge.client(5, "ann");
    assertThat(
            ann.subscribe(1, "a/b", "$chat/one", "$chat/+", "$chat/two", "$chat/one", "$group/g"))
        .containsExactly(1, 1, Reason.TOPIC_FILTER_INVALID, 1, 1, 1);
    assertThat(ann.payloads(2)).containsExactlyInAnyOrder("joined 1 ann 1", "joined 1 ann 1");
    ann.expectNoMessage();
    assertThat(edge.metric("herald_chat_participants")).isEqualTo(2);
  }

  @Test
  void subscribe_whatComesBehindIt_waitsForTheAnswer() {
    RawClient ann = edge.client(5, "ann");
    ann.send(
        Wire.subscribe(5, 1, Wire.NO_PROPERTIES, 1, "$chat/c"),
        Wire.publish(5, 1, "$chat/c", 2, "hi"));
    assertThat(ann.await(PacketType.SUBACK).codes()).containsExactly(1);
    assertThat(ann.await(PacketType.PUBACK).code()).isZero();
  }

  // ---- limits

  @Test
  void limits_ofChats() {
    restart("chatsMax", "2", "chatsPerClientMax", "1", "participantsMax", "2");
    RawClient ann = edge.client(5, "ann");
    assertThat(ann.subscribe(1, "$chat/1", "$chat/2")).containsExactly(1, Reason.QUOTA_EXCEEDED);
    assertThat(edge.metric("herald_chat_limits_total", "chatsPerClientMax")).isEqualTo(1);
    RawClient bob = edge.client(4, "bob");
    assertThat(bob.subscribe(1, "$chat/2")).containsExactly(1);
    RawClient eve = edge.client(5, "eve");
    assertThat(eve.subscribe(1, "$chat/3")).containsExactly(Reason.QUOTA_EXCEEDED);
    assertThat(edge.metric("herald_chat_limits_total", "chatsMax")).isEqualTo(1);
    assertThat(eve.subscribe(1, "$chat/1")).containsExactly(1);
    RawClient old = edge.client(4, "old");
    assertThat(old.subscribe(1, "$chat/1")).containsExactly(0x80);
    assertThat(edge.metric("herald_chat_limits_total", "participantsMax")).isEqualTo(1);

    ann.unsubscribe("$chat/1");
    await().until(() -> old.subscribe(1, "$chat/1").equals(List.of(1)));
  }

  @Test
  void subscriptionsMax_countsChatsToo() {
    restart("subscriptionsMax", "2");
    RawClient ann = edge.client(5, "ann");
    assertThat(ann.subscribe(1, "$chat/1", "a", "$chat/2"))
        .containsExactly(1, Reason.QUOTA_EXCEEDED, 1);
  }

  @Test
  void memoryIsShort_nobodyJoins() {
    RawClient ann = joined(5, "ann");
    RawClient bob = edge.client(5, "bob");
    edge.memory(80);
    assertThat(bob.subscribe(1, "$chat/c")).containsExactly(Reason.QUOTA_EXCEEDED);
    assertThat(ann.publish("$chat/c", "still", 1)).isZero();
    log.expect("mqtt.memory_short");
  }

  // ---- connections that end

  @Test
  void disconnect_isLeaving_unlessTheSessionLivesOn() {
    RawClient ann = joined(5, "ann");
    RawClient bob = joined(5, "bob");
    RawClient carol = edge.client(Wire.hello(5, "carol").resume().sessionExpiry(100));
    carol.subscribe(1, "$chat/c");
    assertThat(ann.payloads(3))
        .containsExactly("joined 1 ann 1", "joined 2 bob 2", "joined 3 carol 3");
    bob.disconnect();
    assertThat(ann.message().payload()).isEqualTo("left 4 bob 2");
    carol.disconnect();
    edge.awaitConnections(1);
    edge.pass(29);
    ann.expectNoMessage();
    edge.pass(2);
    assertThat(ann.message().payload()).isEqualTo("lost 5 carol 1");
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void lostConnection_withASession_missesNothingWithinTheGrace(int version) {
    RawClient ann = joined(5, "ann");
    Wire.Hello hello =
        version == 5
            ? Wire.hello(5, "bob").resume().sessionExpiry(100)
            : Wire.hello(4, "bob").resume();
    RawClient bob = edge.client(hello);
    bob.subscribe(1, "$chat/c");
    assertThat(bob.message().payload()).isEqualTo("joined 2 bob 2");
    bob.close();
    edge.awaitConnections(1);
    assertThat(ann.publish("$chat/c", "are you there?", 1)).isZero();
    RawClient again = edge.client(hello);
    assertThat(again.connack().sessionPresent()).isTrue();
    assertThat(again.message().payload()).isEqualTo("are you there?");
    edge.pass(31);
    assertThat(again.publish("$chat/c", "yes", 1)).isZero();
    assertThat(ann.payloads(3)).containsExactly("joined 1 ann 1", "joined 2 bob 2", "yes");
  }

  @Test
  void lostConnection_withoutASession_staysInByJoiningAnew() {
    RawClient ann = joined(5, "ann");
    joined(5, "bob").close();
    edge.awaitConnections(1);
    edge.pass(20);
    RawClient again = joined(5, "bob");
    edge.pass(31);
    assertThat(again.publish("$chat/c", "back", 1)).isZero();
    assertThat(ann.payloads(3)).containsExactly("joined 1 ann 1", "joined 2 bob 2", "back");
  }

  @Test
  void lostConnection_longerThanTheGrace_isToldToAll() {
    RawClient ann = joined(5, "ann");
    Wire.Hello hello = Wire.hello(5, "bob").resume().sessionExpiry(100);
    RawClient bob = edge.client(hello);
    bob.subscribe(1, "$chat/c");
    assertThat(bob.message().payload()).isEqualTo("joined 2 bob 2");
    bob.close();
    edge.awaitConnections(1);
    assertThat(ann.publish("$chat/c", "missed?", 1)).isZero();
    edge.pass(31);
    assertThat(ann.payloads(3)).endsWith("lost 4 bob 1");
    RawClient again = edge.client(hello);
    assertThat(again.payloads(2)).containsExactly("missed?", "lost 4 bob 1");
    assertThat(again.publish("$chat/c", "hi", 1)).isEqualTo(Reason.NOT_AUTHORIZED);
  }

  @Test
  void takenOver_theNewConnectionStaysIn() {
    RawClient ann = joined(5, "ann");
    RawClient bob = joined(5, "bob");
    RawClient again = edge.client(5, "bob");
    bob.expectEnd(Reason.SESSION_TAKEN_OVER);
    assertThat(again.subscribe(1, "$chat/c")).containsExactly(1);
    edge.pass(31);
    assertThat(again.publish("$chat/c", "me again", 1)).isZero();
    assertThat(ann.payloads(3)).endsWith("me again");
  }

  @Test
  void restart_nothingOfAChatWasOnDisk() {
    Wire.Hello hello = Wire.hello(5, "bob").resume().sessionExpiry(100);
    RawClient ann = edge.client(5, "ann");
    ann.subscribe(1, "$chat/c");
    RawClient bob = edge.client(hello);
    bob.subscribe(1, "$chat/c", "kept/topic");
    bob.silent();
    assertThat(ann.publish("$chat/c", "under way", 1)).isZero();
    bob.close();
    edge.awaitConnections(1);
    assertThat(ann.publish("$chat/c", "waits", 1)).isZero();
    assertThat(ann.publish("kept/topic", "kept", 1)).isZero();
    assertThat(ann.publish("$chat/c", "waits too", 1)).isZero();
    restartAfter(1);
    RawClient again = edge.client(hello);
    assertThat(again.connack().sessionPresent()).isTrue();
    assertThat(again.message().payload()).isEqualTo("kept");
    again.expectNoMessage();
    assertThat(edge.metric("herald_chats")).isZero();
  }

  // ---- the end of a chat

  @Test
  void end_byItsCreator() {
    RawClient ann = joined(5, "ann");
    RawClient bob = joined(4, "bob");
    RawClient eve = joined(5, "eve");
    assertThat(eve.publish("$chat/c/end", "", 1)).isEqualTo(Reason.NOT_AUTHORIZED);
    assertThat(eve.publish("$chat/none/end", "", 1)).isEqualTo(0x83);
    assertThat(ann.publish("$chat/c/end", "", 1)).isZero();
    assertThat(bob.payloads(3)).endsWith("ended 4 ann 0");
    assertThat(eve.publish("$chat/c", "hi", 1)).isEqualTo(Reason.NOT_AUTHORIZED);
    assertThat(bob.subscribe(1, "$chat/c")).containsExactly(1);
    assertThat(bob.message().payload()).isEqualTo("joined 1 bob 1");
  }

  @Test
  void idle_endsTheChat() {
    RawClient ann = joined(5, "ann");
    edge.pass(3601);
    assertThat(ann.payloads(2)).containsExactly("joined 1 ann 1", "idle 2 - 0");
    assertThat(ann.unsubscribe("$chat/c")).containsExactly(Reason.NO_SUBSCRIPTION_EXISTED);
  }

  // ---- others are not harmed

  @Test
  void participantThatDoesNotRead_isCutOff_othersGoOn() {
    restart("queueBytesMax", "64KiB");
    RawClient ann = joined(5, "ann");
    RawClient bob = joined(5, "bob");
    RawClient deaf = edge.client(5, "deaf").silent();
    deaf.subscribe(1, "$chat/c");
    String words = "x".repeat(10_000);
    for (int i = 0; i < 50; i++) {
      assertThat(ann.publish("$chat/c", words, 1)).isZero();
      while (!bob.message().payload().equals(words)) {
        // what is told of the others
      }
    }
    edge.awaitConnections(2);
    assertThat(edge.limit("queueBytesMax")).isPositive();
  }
}
