package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static dev.herald.mqtt.codec.Bytes.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.app.Permissions.Action;
import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Notifications to and from clients, and what clients register. */
final class NotifyIT extends EdgeTest {
  private static final String NOTIFY = "$notify";
  private static final byte[] MINE = bytes(0x08, text("mine"));
  private static final byte[] RESPOND = bytes(0x08, text("answers"));

  private static byte[] property(String name, String value) {
    return Wire.userProperty(name, value);
  }

  private RawClient listener(Wire.Hello hello, int qos) {
    RawClient client = edge.client(hello);
    assertThat(client.subscribe(qos, NOTIFY)).containsExactly(qos == 1 ? 0 : qos);
    return client;
  }

  /** Has a client of the default app send a notification; returns what it was answered. */
  private static String send(RawClient client, String document) {
    assertThat(client.publish(NOTIFY, document, 2, RESPOND)).isZero();
    return client.message().payload();
  }

  private RawClient sender() {
    RawClient sender = edge.client(5, "sender");
    sender.subscribe(0, "answers");
    return sender;
  }

  @ParameterizedTest
  @CsvSource({"4,0", "4,1", "4,2", "5,0", "5,1", "5,2"})
  void notification_comesToUserDeviceAndTag_onceHoweverManyMatch(int version, int qos) {
    Wire.Hello hello = Wire.hello(version, "phone").user("ann");
    if (version == 5) {
      hello.with(property("device", "d")).with(property("tag", "a")).with(property("tag", "b"));
    }
    RawClient phone = listener(hello, qos);
    if (version == 4) {
      assertThat(phone.publish("$me", "device=d tag=a tag=b", 1)).isZero();
    }
    RawClient other = listener(Wire.hello(version, "other").user("bob"), qos);
    RawClient sender = sender();
    assertThat(send(sender, "0 one user:ann device:d any:a,all:b all")).isEqualTo("reached 2");
    assertThat(send(sender, "0 two any:b,any:x,none:y")).isEqualTo("reached 1");
    assertThat(send(sender, "0 three user:carol none:y,all:z")).isEqualTo("reached 0");
    assertThat(send(sender, "0 four user:bob,none:b")).isEqualTo("reached 1");
    Received first = phone.message();
    assertThat(first.payload()).isEqualTo("one");
    assertThat(first.topic()).isEqualTo(NOTIFY);
    assertThat(first.qos()).isEqualTo(qos == 1 ? 0 : qos);
    if (version == 5) {
      assertThat(first.property(0x26).getFirst().toString()).startsWith("notificationId=");
    }
    assertThat(phone.message().payload()).isEqualTo("two");
    phone.expectNoMessage();
    assertThat(other.payloads(2)).containsExactly("one", "four");
    other.expectNoMessage();
  }

  @Test
  void appsAreApart() {
    RawClient mine = listener(Wire.hello(5, "c").user("one/ann"), 0);
    RawClient theirs = listener(Wire.hello(5, "c").user("two/ann"), 0);
    assertThat(mine.publish(NOTIFY, "0 hi user:ann", 1)).isZero();
    assertThat(mine.message().payload()).isEqualTo("hi");
    theirs.expectNoMessage();
  }

  @Test
  void me_changesWhatAClientIs_andTellsIt() {
    RawClient client = listener(Wire.hello(5, "c").user("ann").with(property("tag", "a")), 0);
    client.subscribe(0, "mine");
    assertThat(client.publish("$me", "", 2, MINE)).isZero();
    assertThat(client.message().payload()).isEqualTo("c ann null [a]");
    assertThat(client.publish("$me", "user=bob tag=b tag=b device=d", 2, MINE)).isZero();
    assertThat(client.message().payload()).isEqualTo("c bob d [b]");
    RawClient sender = sender();
    assertThat(send(sender, "0 x user:ann any:a")).isEqualTo("reached 0");
    assertThat(send(sender, "0 y user:bob,device:d,all:b")).isEqualTo("reached 1");
    assertThat(client.message().payload()).isEqualTo("y");
    assertThat(client.publish("$me", "user= device= tags=", 2, MINE)).isZero();
    assertThat(client.message().payload()).isEqualTo("c  null []");
    assertThat(send(sender, "0 z user:bob device:d any:b")).isEqualTo("reached 0");
    assertThat(send(sender, "0 all all")).isEqualTo("reached 1");
    assertThat(client.message().payload()).isEqualTo("all");
    assertThat(client.unsubscribe(NOTIFY)).containsExactly(0);
    assertThat(send(sender, "0 all all")).isEqualTo("reached 0");
  }

  @Test
  void registration_lastsAsLongAsTheConnection() {
    RawClient client =
        listener(Wire.lasting(5, "c").with(property("device", "d")).with(property("tag", "a")), 2);
    client.publish("$me", "tag=b", 1);
    client.disconnect();
    RawClient sender = sender();
    assertThat(send(sender, "0 x all")).as("it is away").isEqualTo("reached 0");
    client = edge.client(Wire.lasting(5, "c").with(property("tag", "a")));
    assertThat(client.connack().sessionPresent()).isTrue();
    assertThat(send(sender, "0 y device:d any:b")).isEqualTo("reached 0");
    assertThat(send(sender, "0 z any:a")).as("it subscribed before").isEqualTo("reached 1");
    assertThat(client.message().payload()).isEqualTo("z");
  }

  @Test
  void takeOver_leavesOneClient() {
    RawClient first = listener(Wire.lasting(5, "c").with(property("tag", "a")), 0);
    RawClient second = edge.client(Wire.lasting(5, "c").with(property("tag", "b")));
    first.expectEnd(Reason.SESSION_TAKEN_OVER);
    RawClient sender = sender();
    assertThat(send(sender, "0 x any:a")).isEqualTo("reached 0");
    assertThat(send(sender, "0 y all")).isEqualTo("reached 1");
    assertThat(second.message().payload()).isEqualTo("y");
    RawClient third = listener(Wire.hello(5, "c"), 0);
    second.expectEnd(Reason.SESSION_TAKEN_OVER);
    assertThat(send(sender, "0 z all")).isEqualTo("reached 1");
    assertThat(third.message().payload()).isEqualTo("z");
  }

  @Test
  void whatWaits_comesToWhoConnectsInTime_onceToEach() {
    RawClient sender = sender();
    RawClient there = listener(Wire.hello(4, "there").user("ann"), 0);
    assertThat(send(sender, "60 wait user:ann any:late")).isEqualTo("reached 1 kept");
    assertThat(there.message().payload()).isEqualTo("wait");
    there.disconnect();
    there = listener(Wire.hello(4, "there").user("ann"), 0);
    RawClient late = listener(Wire.hello(4, "late"), 0);
    late.expectNoMessage();
    assertThat(late.publish("$me", "tag=late", 1)).isZero();
    Received got = late.message();
    assertThat(got.payload()).isEqualTo("wait");
    RawClient fifth = listener(Wire.hello(5, "fifth").user("ann"), 2);
    got = fifth.message();
    assertThat(got.payload()).isEqualTo("wait");
    assertThat(got.property(0x02)).as("message expiry").containsExactly(60L);
    there.expectNoMessage();
    late.publish("$me", "tag=other", 1);
    late.publish("$me", "tag=late", 1);
    late.expectNoMessage();
    edge.clock.advance(Duration.ofSeconds(61));
    listener(Wire.hello(5, "toolate").user("ann"), 0).expectNoMessage();
    assertThat(edge.metric("herald_notifications_pending")).isZero();
  }

  @ParameterizedTest
  @CsvSource({"4,0", "4,2", "5,0", "5,2"})
  void whatWaits_forWhatAClientIsWhenItTakesItsSessionOver_comesBehindConnack(
      int version, int qos) {
    RawClient first = listener(Wire.lasting(version, "c").user("ann"), qos);
    assertThat(send(sender(), "60 wait user:bob")).isEqualTo("reached 0 kept");
    RawClient second = edge.open(version);
    second.send(Wire.lasting(version, "c").user("bob").toBytes());
    Received answer = second.next();
    assertThat(answer.type()).as("the first packet [MQTT-3.2.0-1]").isEqualTo(PacketType.CONNACK);
    assertThat(answer.sessionPresent()).isTrue();
    assertThat(second.message().payload()).isEqualTo("wait");
    second.expectNoMessage();
    if (version == 5) {
      first.expectEnd(Reason.SESSION_TAKEN_OVER);
    } else {
      first.expectClosed();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void whatWaits_comesToWhoConnects_howeverMuchItIs(int qos) {
    RawClient sender = sender();
    String text = "x".repeat(60_000);
    for (int i = 0; i < 30; i++) {
      assertThat(send(sender, "60 " + i + text + " user:ann")).isEqualTo("reached 0 kept");
    }
    RawClient ann = listener(Wire.hello(5, "ann").user("ann"), qos);
    for (int i = 0; i < 30; i++) {
      assertThat(ann.message().payload()).isEqualTo(i + text);
    }
    ann.expectNoMessage();
    assertThat(edge.metric("herald_notifications_missed_total")).isZero();
  }

  @Test
  void whatWaits_comesToWhoTakesOneAtATime_andIsNotPiledUpForIt() {
    restart("queueMessagesMax", "100");
    RawClient sender = sender();
    for (int i = 0; i < 300; i++) {
      assertThat(send(sender, "60 " + i + " user:ann")).isEqualTo("reached 0 kept");
    }
    RawClient ann = listener(Wire.hello(5, "ann").user("ann").receiveMaximum(1), 2);
    for (int i = 0; i < 300; i++) {
      assertThat(ann.message().payload()).isEqualTo("" + i);
    }
    ann.expectNoMessage();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void whoDoesNotTakeIt_isNotReached(int qos) {
    listener(Wire.hello(5, "small").user("ann").maximumPacketSize(200), qos);
    RawClient sender = sender();
    assertThat(send(sender, "0 " + "x".repeat(200) + " user:ann")).isEqualTo("reached 0");
    assertThat(send(sender, "0 " + "x".repeat(50) + " user:ann")).isEqualTo("reached 1");
    assertThat(edge.dropped("packet_too_large")).isEqualTo(1);
    assertThat(edge.metric("herald_notifications_delivered_total")).isEqualTo(1);
    sender.subscribe(4 | qos, NOTIFY);
    assertThat(send(sender, "0 mine all")).as("No Local").isEqualTo("reached 1");
    sender.expectNoMessage();
  }

  @Test
  void qos2_isSentOn_afterTheConnectionBroke_once() {
    RawClient client = edge.client(Wire.lasting(5, "c")).silent();
    client.subscribe(2, NOTIFY);
    assertThat(send(sender(), "60 x all")).isEqualTo("reached 1 kept");
    assertThat(client.message().payload()).isEqualTo("x");
    client.close();
    client = edge.client(Wire.lasting(5, "c"));
    Received again = client.message();
    assertThat(again.duplicate()).as("the same one").isTrue();
    client.expectNoMessage();
  }

  @Test
  void registration_atItsLimits() {
    restart("tagsMax", "2", "tagCharactersMax", "3");
    edge.client(
        Wire.hello(5, "c")
            .with(property("tag", "abc"))
            .with(property("tag", "b"))
            .with(property("tag", "b"))
            .with(property("device", "d".repeat(127))));
    refuse(0x97, "tag", "a", "tag", "b", "tag", "c");
    refuse(0x83, "tag", "abcd");
    refuse(0x83, "tag", "");
    refuse(0x83, "device", "");
    refuse(0x83, "device", "d".repeat(128));
    refuse(0x83, "device", "d", "device", "d");
    RawClient client = edge.client(5, "c");
    client.subscribe(0, "answers");
    for (String bad :
        new String[] {
          "tag=a tag=b tag=c",
          "tag=abcd",
          "device=" + "d".repeat(128),
          "user=" + "u".repeat(128),
          "nonsense"
        }) {
      assertThat(client.publish("$me", bad, 2, RESPOND)).as(bad).isGreaterThanOrEqualTo(0x80);
      assertThat(client.message().payload())
          .isIn("QUOTA_EXCEEDED", "FIELD_INVALID", "MALFORMED_REQUEST");
    }
    assertThat(client.publish("$me", "", 2, RESPOND)).isZero();
    assertThat(client.message().payload()).isEqualTo("c  null []");
    assertThat(edge.metric("herald_notification_limits_total", "tagsMax")).isEqualTo(2);
    assertThat(edge.metric("herald_notification_limits_total", "tagCharactersMax")).isEqualTo(2);
  }

  private void refuse(int reason, String... properties) {
    Wire.Hello hello = Wire.hello(5, "refused");
    for (int i = 0; i < properties.length; i += 2) {
      hello.with(property(properties[i], properties[i + 1]));
    }
    try (RawClient client = RawClient.connect(edge.port(), hello)) {
      assertThat(client.connack().code()).isEqualTo(reason);
    }
  }

  @Test
  void refusedNotification_isTold_andEndsAClientOf311() {
    RawClient client = edge.client(5, "c");
    client.subscribe(0, "answers");
    assertThat(client.publish(NOTIFY, "x", 2, RESPOND)).isGreaterThanOrEqualTo(0x80);
    assertThat(client.message().payload()).isEqualTo("MALFORMED_REQUEST");
    assertThat(client.publish(NOTIFY, "-1 x all", 4, RESPOND)).isEqualTo(0x83);
    assertThat(client.message().payload()).isEqualTo("FIELD_INVALID");
    assertThat(client.publish(NOTIFY, "0 x", 2)).isEqualTo(0x83);
    assertThat(client.publish(NOTIFY, "0 x all", 2, bytes(0x08, text("$me"))))
        .isEqualTo(Reason.TOPIC_NAME_INVALID);
    assertThat(client.publish(NOTIFY, "0 x all", 2)).isZero();
    RawClient old = edge.client(4, "old");
    assertThat(old.publish(NOTIFY, "0 x all", 1)).isZero();
    old.send(Wire.publish(4, 1, NOTIFY, 9, "x"));
    old.expectClosed();
  }

  @Test
  void whoMayNot_isRefused() {
    RawClient client = edge.client(5, "c");
    edge.forbid(Action.NOTIFY);
    assertThat(client.publish(NOTIFY, "0 x all", 1)).isEqualTo(Reason.NOT_AUTHORIZED);
    edge.forbid(Action.CHANGE_USER);
    assertThat(client.publish("$me", "tag=a", 1)).isZero();
    assertThat(client.publish("$me", "user=boss", 1)).isEqualTo(Reason.NOT_AUTHORIZED);
    edge.forbid(Action.SEE_PRESENCE);
    assertThat(client.subscribe(1, "$presence/ann")).containsExactly(Reason.NOT_AUTHORIZED);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void presence_tellsTheStateFirst_thenWhoComesAndGoes(int version) {
    RawClient phone =
        edge.client(Wire.hello(5, "phone").user("a/ann").with(property("device", "p")));
    RawClient watcher = edge.client(Wire.hello(version, "w").user("a/bob"));
    assertThat(watcher.subscribe(1, "$presence/ann", "$presence/b%2Fb")).containsExactly(1, 1);
    assertThat(watcher.payloads(2)).containsExactly("state phone 0", "state  0");
    RawClient slash = edge.client(Wire.hello(4, "slash").user("a/b/b"));
    assertThat(watcher.message().payload()).isEqualTo("online slash null");
    assertThat(phone.publish("$me", "device=q", 1)).isZero();
    Received changed = watcher.message();
    assertThat(changed.payload()).isEqualTo("online phone q");
    assertThat(changed.topic()).isEqualTo("$presence/ann");
    edge.client(Wire.hello(4, "x").user("b/ann"));
    phone.disconnect();
    assertThat(watcher.message().payload()).isEqualTo("offline phone q");
    assertThat(watcher.subscribe(0, "$presence/ann")).containsExactly(0);
    assertThat(watcher.message().payload()).isEqualTo("state  " + edge.clock.millis());
    watcher.unsubscribe("$presence/ann", "$presence/b%2Fb");
    slash.disconnect();
    watcher.expectNoMessage();
  }

  @Test
  void presence_isToldAgain_toASessionThatComesBack() {
    RawClient watcher = edge.client(Wire.lasting(5, "w"));
    watcher.subscribe(0, "$presence/ann");
    assertThat(watcher.message().payload()).isEqualTo("state  0");
    watcher.disconnect();
    edge.client(Wire.hello(5, "phone").user("ann"));
    watcher = edge.client(Wire.lasting(5, "w"));
    assertThat(watcher.message().payload()).isEqualTo("state phone 0");
    restartAfter(5);
    watcher = edge.client(Wire.lasting(5, "w"));
    assertThat(watcher.message().payload()).isEqualTo("state  0");
    edge.client(Wire.hello(5, "phone").user("ann"));
    assertThat(watcher.message().payload()).isEqualTo("online phone null");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$notify/x",
        "$notify/#",
        "$presence/",
        "$presence/+",
        "$presence/#",
        "$presence/a/b",
        "$presence/%zz",
        "$me",
        "$share/g/$notify",
        "$share/g/$presence/a"
      })
  void otherFilters_areRefused(String filter) {
    RawClient client = edge.client(5, "c");
    assertThat(client.subscribe(0, filter)).containsExactly(Reason.TOPIC_FILTER_INVALID);
    assertThat(edge.client(4, "d").subscribe(0, filter)).containsExactly(0x80);
  }

  @Test
  void manyClients_comeAndGo_andNothingStays() {
    for (int i = 0; i < 20; i++) {
      RawClient client =
          listener(Wire.hello(5, "c" + i).user("u" + i).with(property("tag", "t")), 0);
      if (i % 2 == 0) {
        client.disconnect();
      } else {
        client.close();
      }
    }
    edge.awaitMetric("herald_mqtt_sessions", 0);
    RawClient sender = sender();
    assertThat(send(sender, "0 x any:t all")).isEqualTo("reached 0");
    assertThat(edge.metric("herald_presence_last_seen_users")).isEqualTo(20);
  }
}
