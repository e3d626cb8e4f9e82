package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static dev.herald.mqtt.codec.Bytes.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.mqtt.codec.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What client and server agree at CONNECT, and that both are held to it. */
final class TermsIT extends EdgeTest {
  private static final int SERVER_KEEP_ALIVE = 0x13;
  private static final int RESPONSE_INFORMATION = 0x1A;
  private static final int RETAIN_AVAILABLE = 0x25;

  @Proves(v5 = {"MQTT-3.1.2-21", "MQTT-3.2.2-21", "MQTT-3.2.2-22"})
  @Test
  void keepAliveMax_isGivenToWhoAsksForMore() {
    restart("keepAliveMax", "1000s");
    RawClient more = edge.client(Wire.hello(5, "more").keepAlive(1001));
    RawClient none = edge.client(5, "none");
    RawClient fits = edge.client(Wire.hello(5, "fits").keepAlive(1000));
    RawClient less = edge.client(Wire.hello(5, "less").keepAlive(600));
    RawClient old = edge.client(Wire.hello(4, "old").keepAlive(2000));
    RawClient oldNone = edge.client(4, "oldNone");
    assertThat(more.connack().property(SERVER_KEEP_ALIVE)).containsExactly(1000);
    assertThat(none.connack().property(SERVER_KEEP_ALIVE)).containsExactly(1000);
    assertThat(fits.connack().property(SERVER_KEEP_ALIVE)).isEmpty();
    assertThat(less.connack().property(SERVER_KEEP_ALIVE)).isEmpty();
    edge.pass(1000);
    less.expectEnd(Reason.KEEP_ALIVE_TIMEOUT);
    edge.pass(400);
    none.ping();
    edge.pass(200);
    more.expectEnd(Reason.KEEP_ALIVE_TIMEOUT);
    fits.expectEnd(Reason.KEEP_ALIVE_TIMEOUT);
    edge.pass(1400);
    none.expectEnd(Reason.KEEP_ALIVE_TIMEOUT);
    old.ping();
    oldNone.ping();
    assertThat(edge.limit("keepAliveMax")).isEqualTo(2);
  }

  @Test
  void keepAliveMax_partsOfASecondAreOne() {
    restart("keepAliveMax", "1ms");
    assertThat(edge.client(5, "c").connack().property(SERVER_KEEP_ALIVE)).containsExactly(1);
  }

  @Proves(v5 = "MQTT-3.1.2-28")
  @Test
  void responseInformation_isForWhoAsks() {
    RawClient asks = edge.client(Wire.hello(5, "a/1").with(0x19, 1));
    assertThat(asks.connack().property(RESPONSE_INFORMATION)).containsExactly("$reply/a%2F1/");
    RawClient asksNot = edge.client(Wire.hello(5, "a/2").with(0x19, 0));
    assertThat(asksNot.connack().property(RESPONSE_INFORMATION)).isEmpty();
    RawClient silent = edge.client(5, "a/3");
    assertThat(silent.connack().property(RESPONSE_INFORMATION)).isEmpty();
    RawClient assigned = edge.client(Wire.hello(5, "").with(0x19, 1));
    assertThat(assigned.connack().property(RESPONSE_INFORMATION))
        .containsExactly("$reply/" + assigned.connack().property(0x12).getFirst() + "/");
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void replyTopics_requestAndResponse(int version) {
    RawClient requester = edge.client(Wire.hello(5, "me").with(0x19, 1));
    String replies = (String) requester.connack().property(RESPONSE_INFORMATION).getFirst();
    assertThat(requester.subscribe(1, replies + "#")).containsExactly(1);
    RawClient responder = edge.client(version, "responder");
    responder.subscribe(1, "request", "#");
    byte[] properties = bytes(0x08, text(replies + "1"), 0x09, text("mark"));
    assertThat(requester.publish("request", "?", 2, properties)).isZero();
    Received request = responder.message();
    if (version >= 5) {
      assertThat(request.property(0x08)).containsExactly("$reply/me/1");
    }
    assertThat(responder.publish("$reply/me/1", "!", 1)).isZero();
    assertThat(requester.message().payload()).isEqualTo("!");
    responder.expectNoMessage();
    assertThat(responder.publish("$reply/other/1", "!", 1)).isEqualTo(version >= 5 ? 0x10 : 0);
  }

  @Test
  void replyTopics_areHeardByTheirClientOnly() {
    RawClient me = edge.client(5, "me");
    assertThat(me.subscribe(1, "$reply/me/a/+")).containsExactly(1);
    RawClient spy = edge.client(5, "spy");
    assertThat(spy.subscribe(1, "$reply/me/a/b", "$reply/#", "$reply/+/a/b", "$reply/m", "#"))
        .containsExactly(0x87, 0x87, 0x87, 0x87, 1);
    RawClient old = edge.client(4, "old");
    assertThat(old.subscribe(1, "$reply/me/#", "$reply/old/#")).containsExactly(0x80, 1);
    RawClient namesake = edge.client(Wire.hello(5, "me").user("another/"));
    assertThat(namesake.subscribe(1, "$reply/me/#")).containsExactly(1);
    assertThat(old.publish("$reply/me/a/b", "secret", 1)).isZero();
    assertThat(me.message().payload()).isEqualTo("secret");
    for (RawClient client : List.of(spy, old, namesake)) {
      client.expectNoMessage();
    }
  }

  @Proves(v5 = {"MQTT-3.1.2-24", "MQTT-3.2.2-19"})
  @Test
  void maximumPacketSize_theAnswerIsNoLarger() {
    RawClient tooSmall = edge.open(5);
    tooSmall.send(Wire.hello(5, "c").maximumPacketSize(4).toBytes());
    tooSmall.expectClosed();
    for (int bytesMax = 5; bytesMax < 8; bytesMax++) {
      RawClient told =
          RawClient.connect(edge.port(), Wire.hello(5, "c").maximumPacketSize(bytesMax));
      assertThat(told.connack().code()).isEqualTo(Reason.PACKET_TOO_LARGE);
      assertThat(told.connack().size()).isEqualTo(5);
      told.expectClosed();
    }
    for (int bytesMax = 8; bytesMax < 40; bytesMax++) {
      RawClient fits = edge.client(Wire.hello(5, "c").maximumPacketSize(bytesMax).with(0x19, 1));
      assertThat(fits.connack().size()).isLessThanOrEqualTo(bytesMax);
      assertThat(fits.connack().property(0x21)).as("receive maximum").containsExactly(1000);
      fits.disconnect();
    }
    RawClient assigned = RawClient.connect(edge.port(), Wire.hello(5, "").maximumPacketSize(40));
    assertThat(assigned.connack().code()).as("no room for its name").isEqualTo(0x95);
    assigned.expectClosed();
  }

  @Proves(v5 = {"MQTT-3.1.2-24", "MQTT-3.1.2-25"})
  @Test
  void maximumPacketSize_noAnswerIsLarger() {
    RawClient client = edge.client(Wire.hello(5, "c").maximumPacketSize(8));
    assertThat(client.subscribe(1, "a", "b", "c")).containsExactly(1, 1, 1);
    assertThat(client.unsubscribe("a", "b", "x")).containsExactly(0, 0, 0x11);
    assertThat(client.publish("c", "too large", 2)).isZero();
    assertThat(client.publish("$x", "refused", 2)).isEqualTo(Reason.TOPIC_NAME_INVALID);
    client.expectNoMessage();
    client.send(Wire.subscribe(5, 9, Wire.NO_PROPERTIES, 0, "d", "e", "f", "g"));
    assertThat(client.expectEnd(Reason.PACKET_TOO_LARGE).size()).isLessThanOrEqualTo(8);
    assertThat(edge.metric("herald_subscriptions")).isZero();

    RawClient other = edge.client(Wire.hello(5, "c").maximumPacketSize(8));
    assertThat(other.subscribe(1, "a", "b", "c")).containsExactly(1, 1, 1);
    other.send(Wire.unsubscribe(5, 9, "a", "b", "c", "d"));
    assertThat(other.expectEnd(Reason.PACKET_TOO_LARGE).size()).isLessThanOrEqualTo(8);
  }

  @Proves(v5 = {"MQTT-3.2.2-13", "MQTT-3.2.2-14"})
  @Test
  void retained_notOfferedIsTold() {
    restart("retainedMessagesMax", "0");
    RawClient client = edge.client(5, "c");
    assertThat(client.connack().property(RETAIN_AVAILABLE)).containsExactly(0);
    client.send(Wire.publish(5, 0b0101, "t", 1, Wire.NO_PROPERTIES, bytes("p")));
    client.expectEnd(Reason.RETAIN_NOT_SUPPORTED);
    RawClient will = RawClient.connect(edge.port(), Wire.hello(5, "c").will("w", "p", 0, true));
    assertThat(will.connack().code()).isEqualTo(Reason.RETAIN_NOT_SUPPORTED);
    will.expectClosed();

    RawClient watches = edge.client(5, "watches");
    watches.subscribe(0x08, "w");
    edge.client(Wire.hello(4, "old").will("w", "cannot be told", 0, true)).close();
    assertThat(watches.message().payload()).isEqualTo("cannot be told");
  }
}
