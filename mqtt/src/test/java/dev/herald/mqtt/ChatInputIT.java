package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.core.chat.ChatTopics;
import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import dev.herald.testkit.GroupInputs;
import dev.herald.testkit.GroupInputs.BadId;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients may say to chats and what not, and chats in masses. */
final class ChatInputIT extends EdgeTest {
  /** Somebody in a chat of its own, whom nothing here may disturb. */
  private RawClient bystander() {
    RawClient client = edge.client(5, "bystander");
    client.subscribe(bytes(Wire.userProperty("echo", "1")), 1, "$chat/quiet");
    assertThat(client.message().payload()).isEqualTo("joined 1 bystander 1");
    return client;
  }

  private static void expectUndisturbed(RawClient bystander) {
    assertThat(bystander.publish("$chat/quiet", "fine", 1)).isZero();
    assertThat(bystander.message().payload()).isEqualTo("fine");
    bystander.expectNoMessage();
  }

  /** Text that means something to somebody: nothing of it may mean anything here. */
  static Stream<String> texts() {
    return Stream.of(GroupInputs.texts(), GroupInputs.controls(), Stream.of("..", "end", "$chat"))
        .flatMap(texts -> texts);
  }

  @ParameterizedTest
  @MethodSource("texts")
  void text_isTakenAsItIs_asIdAndAsMessage(String text) {
    String topic = ChatTopics.topicOf(text);
    RawClient ann = edge.client(5, "ann");
    assertThat(ann.subscribe(1, topic)).containsExactly(1);
    RawClient bob = edge.client(4, "bob");
    assertThat(bob.subscribe(1, topic)).containsExactly(1);
    assertThat(ann.payloads(2)).containsExactly("joined 1 ann 1", "joined 2 bob 2");
    assertThat(ann.publish(topic, text, 2)).isZero();
    assertThat(bob.payloads(2)).containsExactly("joined 2 bob 2", text);
    assertThat(ann.publish(topic + "/end", "", 1)).isZero();
    assertThat(bob.message().payload()).startsWith("ended");
    edge.awaitMetric("herald_chats", 0);
  }

  @Test
  void ids_areAsLongAsTheyMayBe() {
    for (String character : new String[] {"x", "\u7FA4", "\uD83D\uDE00", "/", "%"}) {
      RawClient client = edge.client(5, "c");
      assertThat(client.subscribe(1, ChatTopics.topicOf(character.repeat(127)))).containsExactly(1);
      String longer = ChatTopics.topicOf(character.repeat(128));
      assertThat(client.subscribe(1, longer)).containsExactly(0x83);
      assertThat(client.publish(longer, "c", 1)).isGreaterThanOrEqualTo(0x80);
      assertThat(client.publish(longer + "/end", "c", 1)).isGreaterThanOrEqualTo(0x80);
      assertThat(client.unsubscribe(longer)).containsExactly(Reason.NO_SUBSCRIPTION_EXISTED);
      client.disconnect();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.herald.testkit.GroupInputs#badIds")
  void id_thatIsNone_isRefused(BadId bad) {
    RawClient bystander = bystander();
    String topic = ChatTopics.topicOf(bad.id());
    for (int version = 4; version <= 5; version++) {
      RawClient client = edge.client(version, "c");
      if (bad.id().indexOf('\0') >= 0) {
        client.send(Wire.subscribe(version, 1, Wire.NO_PROPERTIES, 1, topic));
        client.expectEnd(Reason.MALFORMED_PACKET); // no text of MQTT may have it
        continue;
      }
      assertThat(client.subscribe(1, topic))
          .first()
          .satisfies(code -> assertThat(code).isGreaterThanOrEqualTo(0x80));
      if (version == 5) {
        assertThat(client.publish(topic, "x", 1)).isGreaterThanOrEqualTo(0x80);
      }
      client.ping();
    }
    assertThat(edge.metric("herald_chats")).isOne();
    expectUndisturbed(bystander);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$chat",
        "$chat/",
        "$chat//",
        "$chat//end",
        "$chat/end/end/end",
        "$chat/quiet/x",
        "$chat/quiet/end/",
        "$chat/quiet/END",
        "$chat/%",
        "$chat/%2",
        "$chat/%2f",
        "$chat/%41",
        "$chat/%zz",
        "$chat/a%2",
        "$CHAT/quiet"
      })
  void topics_thatAreNoChat(String topic) {
    RawClient bystander = bystander();
    RawClient client = edge.client(5, "c");
    for (int qos = 1; qos <= 2; qos++) {
      assertThat(client.publish(topic, "x", qos)).isEqualTo(Reason.TOPIC_NAME_INVALID);
    }
    assertThat(client.publish(topic, "x", 0)).isZero();
    client.retain(topic, "x", 1);
    assertThat(client.subscribe(1, topic)).containsExactly(Reason.TOPIC_FILTER_INVALID);
    assertThat(client.unsubscribe(topic)).containsExactly(Reason.NO_SUBSCRIPTION_EXISTED);
    RawClient old = edge.client(4, "old");
    assertThat(old.publish(topic, "x", 1)).isZero();
    assertThat(old.subscribe(1, topic)).containsExactly(0x80);
    expectNoWill(topic);
    expectUndisturbed(bystander);
  }

  @ParameterizedTest
  @ValueSource(strings = {"$chat/quiet", "$chat/none", "$chat/quiet/end"})
  void whoIsNotIn_saysNothing_endsNothing_andLeavesNoWill(String topic) {
    RawClient bystander = bystander();
    RawClient client = edge.client(5, "c");
    client.subscribe(1, "$chat/mine");
    for (int qos = 1; qos <= 2; qos++) {
      assertThat(client.publish(topic, "x", qos)).isIn(0x83, Reason.NOT_AUTHORIZED);
    }
    client.retain(topic, "x", 1);
    assertThat(client.publish(topic, "x", 0)).isZero();
    client.ping();
    RawClient old = edge.client(4, "old");
    old.send(Wire.publish(4, 2, topic, 1, "x"));
    old.expectClosed();
    expectNoWill(topic);
    expectUndisturbed(bystander);
  }

  private void expectNoWill(String topic) {
    for (int version = 4; version <= 5; version++) {
      RawClient client = edge.open(version);
      client.send(Wire.hello(version, "will").will(topic, "bye", 1, true).toBytes());
      if (version == 5) {
        assertThat(client.await(PacketType.CONNACK).code()).isEqualTo(Reason.TOPIC_NAME_INVALID);
      } else if (!topic.startsWith(ChatTopics.PREFIX)) {
        // it cannot be told why, and such a will reaches nobody
        assertThat(client.await(PacketType.CONNACK).code()).isZero();
        client.close();
        continue;
      }
      client.expectClosed();
    }
  }

  @Test
  void retained_isSaidAndNotKept() {
    RawClient bystander = bystander();
    bystander.retain("$chat/quiet", "loud", 1);
    Received said = bystander.message();
    assertThat(said.payload()).isEqualTo("loud");
    assertThat(said.retained()).isFalse();
    RawClient later = edge.client(5, "later");
    later.subscribe(1, "$chat/quiet");
    assertThat(later.message().payload()).isEqualTo("joined 3 later 2");
    later.expectNoMessage();
    assertThat(edge.metric("herald_retained_messages")).isZero();
  }

  // ---- chats in masses

  @Test
  void chatsByTheTenThousand_ofAFewClients_areBounded_andLeaveNothing() {
    restart("chatsMax", "400");
    RawClient bystander = bystander();
    List<RawClient> few =
        IntStream.range(0, 4).mapToObj(i -> edge.client(4 + i % 2, "c" + i)).toList();
    for (int round = 0; round < 25; round++) {
      for (int i = 0; i < few.size(); i++) {
        RawClient client = few.get(i);
        String[] chats = chats("r" + round + "c" + i + "-");
        List<Integer> codes = client.subscribe(1, chats);
        // the bystander's is one of those that there may be
        int refused = i == 3 ? 1 : 0;
        assertThat(Collections.frequency(codes, 1)).isEqualTo(100 - refused);
        assertThat(Collections.frequency(codes, client.version() == 5 ? 0x97 : 0x80))
            .isEqualTo(refused);
      }
      assertThat(edge.metric("herald_chats")).isEqualTo(400);
      for (int i = 0; i < few.size(); i++) {
        few.get(i).unsubscribe(chats("r" + round + "c" + i + "-"));
      }
      edge.awaitMetric("herald_chats", 1);
    }
    assertThat(edge.metric("herald_chat_limits_total", "chatsMax")).isEqualTo(25);
    assertThat(edge.metric("herald_chat_participants")).isOne();
    expectUndisturbed(bystander);
    few.forEach(RawClient::close);
    await().until(() -> edge.connections() == 1);
    expectUndisturbed(bystander);
  }

  private static String[] chats(String prefix) {
    return IntStream.range(0, 100).mapToObj(i -> "$chat/" + prefix + i).toArray(String[]::new);
  }
}
