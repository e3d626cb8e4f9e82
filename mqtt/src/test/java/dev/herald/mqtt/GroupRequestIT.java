package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static dev.herald.mqtt.codec.Bytes.text;
import static dev.herald.mqtt.codec.Bytes.u16;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.core.error.ErrorCode;
import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests to {@code $group/{groupId}/...} and their responses. */
final class GroupRequestIT extends EdgeTest {
  private static final int CONTENT_TYPE = 0x03;
  private static final int RESPONSE_TOPIC = 0x08;
  private static final int CORRELATION_DATA = 0x09;
  private static final int NO_SUBSCRIBERS = 0x10;

  private static byte[] respondTo(String topic) {
    return bytes(RESPONSE_TOPIC, text(topic), CORRELATION_DATA, u16(2), 0xFE, 0x01);
  }

  private static int ask(RawClient client, String topic, String document, int qos) {
    return client.publish(topic, document, qos << 1, respondTo("answers"));
  }

  /** Reads the ids of a group's messages by a request. */
  private static String history(RawClient client, String after) {
    assertThat(ask(client, "$group/g/history", after, 1)).isZero();
    return client.message().payload();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void request_isAnsweredToItsTopicWithItsCorrelationData(int qos) {
    RawClient client = edge.client(5, "c");
    client.subscribe(2, "answers");
    assertThat(client.publish("$group/g", "hi", 1)).isZero();
    assertThat(ask(client, "$group/g/history", "0", qos)).isZero();
    Received answer = client.message();
    assertThat(answer.payload()).matches("[0-9]+");
    assertThat(answer.qos()).isEqualTo(qos);
    assertThat(answer.property(CONTENT_TYPE)).containsExactly("application/json");
    assertThat(answer.property(CORRELATION_DATA)).hasSize(1);
    assertThat(answer.property(0x01)).as("UTF-8").containsExactly(1);
    assertThat(answer.property(RESPONSE_TOPIC)).isEmpty();
    String id = answer.payload();
    RawClient reader = edge.client(5, "r");
    reader.subscribe(1, "$group/g");
    assertThat(ask(client, "$group/g/recall", id + " oops", qos)).isZero();
    assertThat(client.message().payload()).isEqualTo(id + " recalled");
    assertThat(reader.message().payload()).isEqualTo("2 recalled by c: oops");
    assertThat(ask(client, "$group/g/notice", "party", qos)).isZero();
    assertThat(client.message().payload()).isEqualTo("notice");
    assertThat(reader.message().payload()).isEqualTo("3 notice party");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void refused_isToldTwice_byTheAcknowledgementAndTheAnswer(int qos) {
    RawClient client = edge.client(5, "c");
    client.subscribe(1, "answers");
    assertThat(ask(client, "$group/g/recall", "77 x", qos)).isEqualTo(0x83);
    Received answer = client.message();
    assertThat(answer.payload()).isEqualTo("MESSAGE_NOT_FOUND");
    assertThat(answer.property(CONTENT_TYPE)).containsExactly("application/problem+json");
    assertThat(ask(client, "$group/g/recall", "x x", qos)).isEqualTo(0x83);
    assertThat(client.message().payload()).isEqualTo("MALFORMED_REQUEST");
    assertThat(ask(client, "$group/" + "g".repeat(128) + "/notice", "n", qos)).isEqualTo(0x83);
    assertThat(client.message().payload()).isEqualTo("FIELD_INVALID");
  }

  @Test
  void command_withoutAResponseTopic_isAcknowledgedByItsReason() {
    RawClient client = edge.client(5, "c");
    client.subscribe(0, "answers");
    assertThat(client.publish("$group/g/notice", "n", 1)).isZero();
    assertThat(client.publish("$group/g/recall", "1 x", 1)).isEqualTo(0x83);
    client.expectNoMessage();
  }

  @Test
  void query_withoutAResponseTopic_isRefused() {
    RawClient client = edge.client(5, "c");
    assertThat(client.publish("$group/g/history", "0", 1)).isEqualTo(0x83);
    assertThat(client.publish("$group/g/history", "0", 0)).isZero();
    client.ping();
    assertThat(edge.dropped("refused")).isEqualTo(2);
  }

  @Test
  void query_whoseAnswerNobodyHears() {
    RawClient client = edge.client(5, "c");
    assertThat(ask(client, "$group/g/history", "0", 1)).isEqualTo(NO_SUBSCRIBERS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"$group/g", "$group/g/notice", "$SYS/x", "$share/g/t"})
  void responseTopic_thatTakesNoResponses(String topic) {
    RawClient client = edge.client(5, "c");
    RawClient reader = edge.client(5, "r");
    reader.subscribe(1, "$group/g");
    byte[] properties = bytes(RESPONSE_TOPIC, text(topic));
    assertThat(client.publish("$group/g/history", "0", 2, properties))
        .isEqualTo(Reason.TOPIC_NAME_INVALID);
    assertThat(client.publish("$group/g/notice", "n", 2, properties))
        .isEqualTo(Reason.TOPIC_NAME_INVALID);
    reader.expectNoMessage();
  }

  @Test
  void responseTopic_ofTheClientItself() {
    RawClient client = edge.client(5, "c");
    RawClient other = edge.client(5, "o");
    assertThat(client.subscribe(1, "$reply/c/1")).containsExactly(1);
    assertThat(other.subscribe(1, "$reply/c/1")).containsExactly(Reason.NOT_AUTHORIZED);
    byte[] properties = bytes(RESPONSE_TOPIC, text("$reply/c/1"));
    assertThat(client.publish("$group/g/history", "0", 2, properties)).isZero();
    assertThat(client.message().topic()).isEqualTo("$reply/c/1");
  }

  @Test
  void otherApps_areOutOfReach() {
    RawClient mine = edge.client(Wire.hello(5, "m").user("mine/u"));
    mine.subscribe(1, "answers");
    assertThat(mine.publish("$group/g", "secret", 1)).isZero();
    String id = history(mine, "0");
    RawClient other = edge.client(Wire.hello(5, "o").user("other/u"));
    other.subscribe(1, "answers");
    assertThat(history(other, "0")).isEmpty();
    assertThat(ask(other, "$group/g/recall", id + " x", 1)).isEqualTo(0x83);
    assertThat(other.message().payload()).isEqualTo("MESSAGE_NOT_FOUND");
    // nor are other groups of the own app, by this group's topic
    assertThat(ask(mine, "$group/h/recall", id + " x", 1)).isEqualTo(0x83);
    assertThat(mine.message().payload()).isEqualTo("MESSAGE_NOT_FOUND");
    mine.expectNoMessage();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$group/g/",
        "$group/g/Recall",
        "$group/g/RECALL",
        "$group/g/x",
        "$group/g/recall/x",
        "$group//recall",
        "$group/recall/",
        "$group/g%2f/recall",
        "$group/"
      })
  void topics_thatAreNone(String topic) {
    RawClient client = edge.client(5, "c");
    assertThat(ask(client, topic, "1 x", 1)).isEqualTo(Reason.TOPIC_NAME_INVALID);
    RawClient old = edge.client(4, "o");
    assertThat(old.publish(topic, "1 x", 1)).isZero();
  }

  @Test
  void clientOf311_commandsWithoutAnAnswer() {
    RawClient client = edge.client(4, "c");
    client.subscribe(1, "$group/g");
    assertThat(client.publish("$group/g/notice", "party", 1)).isZero();
    assertThat(client.message().payload()).isEqualTo("1 notice party");
    client.send(Wire.publish(4, 1, "$group/g/recall", 7, "1 x"));
    client.expectClosed();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void query_isAcknowledgedWhenItIsAnswered(int qos) {
    RawClient client = edge.client(5, "c");
    client.subscribe(0, "answers");
    edge.reads.shut();
    client.send(Wire.publish(5, qos << 1, "$group/g/history", 9, respondTo("answers"), bytes("0")));
    await().until(() -> edge.reads.count() > 0);
    client.expectNoMessage();
    edge.reads.open();
    Received ack = client.await(qos == 1 ? PacketType.PUBACK : PacketType.PUBREC);
    assertThat(ack.code()).isZero();
    assertThat(client.hasMessage()).as("answered before").isTrue();
  }

  @Test
  void query_whileTheStoreCannotBeRead() {
    RawClient client = edge.client(5, "c");
    client.subscribe(0, "answers");
    edge.reads.refuse(ErrorCode.STORE_UNAVAILABLE);
    assertThat(ask(client, "$group/g/history", "0", 1)).isEqualTo(0x83);
    assertThat(client.message().payload()).isEqualTo("STORE_UNAVAILABLE");
  }

  @Test
  void queries_areHeldAgainstTheReceiveMaximum() {
    restart("receiveMax", "10");
    RawClient client = edge.client(5, "c");
    edge.reads.shut();
    byte[] all = {};
    for (int i = 1; i <= 11; i++) {
      all = bytes(all, Wire.publish(5, 2, "$group/g/history", i, respondTo("a"), bytes("0")));
    }
    client.send(all);
    client.expectEnd(Reason.RECEIVE_MAXIMUM_EXCEEDED);
    edge.reads.open();
  }

  @Test
  void query_ofAClientThatIsGone() {
    RawClient client = edge.client(5, "c");
    RawClient reader = edge.client(5, "r");
    reader.subscribe(1, "answers");
    edge.reads.shut();
    client.send(Wire.publish(5, 2, "$group/g/history", 1, respondTo("answers"), bytes("0")));
    await().until(() -> edge.reads.count() > 0);
    client.close();
    edge.awaitMetric("herald_mqtt_connections", 1);
    edge.reads.open();
    assertThat(reader.message().payload()).isEmpty();
  }

  @Test
  void event_isEncodedOnce_howeverManySubscribersThereAre() {
    int clients = 50;
    RawClient[] readers = new RawClient[clients];
    for (int i = 0; i < clients; i++) {
      readers[i] = edge.client(i % 3 == 0 ? 4 : 5, "r" + i);
      readers[i].subscribe(i % 2, "$group/g");
    }
    RawClient writer = edge.client(5, "w");
    for (int i = 0; i < 10; i++) {
      assertThat(writer.publish("$group/g", "hi", 1)).isZero();
    }
    for (RawClient reader : readers) {
      assertThat(reader.payloads(10)).last().isEqualTo("10 w null hi");
    }
    assertThat(edge.encoded()).isEqualTo(10);
  }
}
