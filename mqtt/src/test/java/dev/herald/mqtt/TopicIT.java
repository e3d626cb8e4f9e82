package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.mqtt.codec.Reason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names, filters and which match, of both versions (section 4.7). */
final class TopicIT extends EdgeTest {
  private static final char FEFF = '\uFEFF';

  @ParameterizedTest
  @CsvSource({
    "sport/tennis/player1/#, sport/tennis/player1",
    "sport/tennis/player1/#, sport/tennis/player1/score/wimbledon",
    "#, a",
    "#, /",
    "#, a/b/c/d/e",
    "+, a",
    "+/+, /finance",
    "/+, /finance",
    "+/+, a/",
    "a/+, a/",
    "a//b, a//b",
    "a/+/b, a//b",
    "+/tennis/#, sport/tennis",
    "sport/+/player1, sport/tennis/player1",
    "$group/g, $group/g"
  })
  @Proves(
      v5 = {"MQTT-4.7.1-1", "MQTT-4.7.1-2"},
      v311 = {"MQTT-3.3.2-3", "MQTT-3.8.3-2", "MQTT-4.7.1-2", "MQTT-4.7.1-3"})
  void filter_matches(String filter, String topic) {
    for (int version = 4; version <= 5; version++) {
      RawClient client = edge.client(version, "c");
      assertThat(client.subscribe(0, filter)).containsExactly(0);
      int _ = client.publish(topic, "p", 0);
      assertThat(client.message().topic()).isEqualTo(topic);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "+, /finance",
    "+, a/b",
    "a/+, a",
    "a/+, a/b/c",
    "a/#, b",
    "a/#, ab",
    "a, a/",
    "a, /a",
    "a/b, a//b",
    "a, A",
    "#, $group/g",
    "+/g, $group/g",
    "+/#, $group/g"
  })
  @Proves(
      v5 = {"MQTT-4.7.1-1", "MQTT-4.7.1-2", "MQTT-4.7.2-1", "MQTT-4.7.3-4"},
      v311 = {"MQTT-3.3.2-3", "MQTT-4.7.1-2", "MQTT-4.7.1-3", "MQTT-4.7.2-1", "MQTT-4.7.3-4"})
  void filter_doesNotMatch(String filter, String topic) {
    for (int version = 4; version <= 5; version++) {
      RawClient client = edge.client(version, "c");
      assertThat(client.subscribe(0, filter)).containsExactly(0);
      int _ = client.publish(topic, "p", 0);
      client.expectNoMessage();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  @Proves(
      v5 = {"MQTT-1.5.4-3", "MQTT-4.7.3-4"},
      v311 = {"MQTT-1.5.3-3", "MQTT-4.7.3-4"})
  void name_isComparedAsItIs(int version) {
    // composed and decomposed, spaces, a mark that orders no bytes, and what is beyond 16 bits
    List<String> names =
        List.of(
            "caf\u00E9",
            "cafe\u0301",
            "CAFE",
            " cafe",
            "cafe ",
            FEFF + "cafe",
            "cafe" + FEFF,
            "\uFFFD",
            "\uD83D\uDE00",
            "\u0001",
            "\uFFFF");
    RawClient client = edge.client(version, "c");
    client.subscribe(0, names.toArray(String[]::new));
    RawClient publisher = edge.client(version, "p");
    for (String name : names) {
      publisher.retain(name, name, 1);
      Received message = client.message();
      assertThat(message.topic()).isEqualTo(name);
      assertThat(message.payload()).isEqualTo(name);
    }
    client.expectNoMessage();
    RawClient later = edge.client(version, "later");
    later.subscribe(0, "#");
    List<String> retained = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      retained.add(later.message().topic());
    }
    assertThat(retained).containsExactlyInAnyOrderElementsOf(names);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  @Proves(
      v5 = {"MQTT-4.7.3-1", "MQTT-4.7.3-3"},
      v311 = {"MQTT-4.7.3-1", "MQTT-4.7.3-3"})
  void name_fromOneByteToTheMost(int version) {
    RawClient client = edge.client(version, "c");
    for (String name : List.of("a", "/", "\u00E9".repeat(32_767) + "x")) {
      assertThat(client.subscribe(1, name)).containsExactly(1);
      assertThat(client.publish(name, "p", 1)).isZero();
      assertThat(client.message().topic()).isEqualTo(name);
    }
  }

  @ParameterizedTest
  @CsvSource({"''", "a/#/b", "#/", "a#", "#a", "a+", "+a", "a/+b/c", "a/b+", "++", "##"})
  @Proves(v5 = {"MQTT-4.7.1-1", "MQTT-4.7.1-2", "MQTT-4.7.3-1", "MQTT-4.13.1-1"})
  void filter_withoutFormEndsTheConnection(String filter) {
    RawClient client = edge.client(5, "c");
    client.send(Wire.subscribe(5, 1, Wire.NO_PROPERTIES, 0, "good", filter));
    client.expectEnd(Reason.TOPIC_FILTER_INVALID);
    RawClient other = edge.client(5, "d");
    other.send(Wire.unsubscribe(5, 1, filter));
    other.expectEnd(Reason.TOPIC_FILTER_INVALID);
    assertThat(edge.metric("herald_subscriptions")).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"#", "+", "a/#", "a/+/b", "a+"})
  @Proves(v5 = {"MQTT-4.7.0-1", "MQTT-4.13.1-1"})
  void name_withAWildcardEndsTheConnection(String name) {
    RawClient client = edge.client(5, "c");
    client.send(Wire.publish(5, 1, name, 1, "p"));
    client.expectEnd(Reason.TOPIC_NAME_INVALID);
    RawClient will = edge.open(5);
    will.send(Wire.hello(5, "w").will(name, "m", 0, false).toBytes());
    assertThat(will.await(2).code()).isEqualTo(Reason.TOPIC_NAME_INVALID);
    will.expectClosed();
  }

  @Test
  @Proves(v5 = {"MQTT-4.7.3-1", "MQTT-4.7.3-2"})
  void name_thatIsEmptyOrHasNulEndsTheConnection() {
    RawClient empty = edge.client(5, "c");
    empty.send(Wire.publish(5, 0, "", 0, "p"));
    empty.expectEnd(Reason.PROTOCOL_ERROR);
    RawClient nul = edge.client(5, "c");
    nul.send(Wire.publish(5, 2, "a\0", 1, "p"));
    nul.expectEnd(Reason.MALFORMED_PACKET);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  @Proves(
      v5 = {"MQTT-4.6.0-5", "MQTT-4.6.0-6"},
      v311 = {"MQTT-4.6.0-5", "MQTT-4.6.0-6"})
  void order_isKeptForEachClientTopicAndQos(int version) {
    RawClient exact = edge.client(version, "exact");
    RawClient wild = edge.client(version, "wild");
    exact.subscribe(2, "t/1");
    wild.subscribe(2, "#", "t/+", "t/1");
    RawClient publisher = edge.client(version, "p");
    int count = 300;
    byte[] all = {};
    for (int i = 1; i <= count; i++) {
      all = bytes(all, Wire.publish(version, i % 3, "t/1", i, "" + i));
    }
    publisher.send(all);
    for (RawClient subscriber : List.of(exact, wild)) {
      List<List<Integer>> byQos = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
      for (int i = 0; i < count; i++) {
        Received message = subscriber.message();
        byQos.get(message.qos()).add(Integer.valueOf(message.payload()));
      }
      for (int qos = 0; qos <= 2; qos++) {
        assertThat(byQos.get(qos)).hasSize(count / 3).isSorted();
        int expected = qos;
        assertThat(byQos.get(qos)).allMatch(number -> number % 3 == expected);
      }
    }
  }
}
