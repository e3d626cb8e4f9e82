package dev.herald.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Retained messages (sections 3.3.1.3 and 3.8.3.1). */
final class RetainedIT extends EdgeTest {
  private static final int RETAIN_AS_PUBLISHED = 0x08;

  @Proves(v5 = "MQTT-3.3.1-9")
  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void retained_isSentToWhoSubscribesLater(int version) {
    RawClient publisher = edge.client(version, "p");
    for (int qos = 0; qos <= 2; qos++) {
      publisher.retain("r/" + qos, "" + qos, qos);
    }
    publisher.ping();
    RawClient subscriber = edge.client(version, "s");
    assertThat(subscriber.subscribe(1, "r/+")).containsExactly(1);
    for (int qos = 0; qos <= 2; qos++) {
      Received message = subscriber.message();
      assertThat(message.topic()).isEqualTo("r/" + qos);
      assertThat(message.payload()).isEqualTo("" + qos);
      assertThat(message.qos()).isEqualTo(Math.min(qos, 1));
      assertThat(message.retained()).isTrue();
      assertThat(message.duplicate()).isFalse();
    }
    subscriber.expectNoMessage();
  }

  @Proves(v5 = {"MQTT-3.3.1-5", "MQTT-3.3.1-6", "MQTT-3.3.1-7", "MQTT-3.3.1-8"})
  @Test
  void retained_isReplacedAndCleared() {
    RawClient publisher = edge.client(5, "p");
    publisher.retain("t", "old", 1);
    publisher.retain("t", "new", 1);
    int _ = publisher.publish("t", "not retained", 1);
    int _ = publisher.publish("t", "", 1);
    RawClient first = edge.client(5, "first");
    first.subscribe(1, "t");
    assertThat(first.message().payload()).isEqualTo("new");
    publisher.retain("t", "", 1);
    assertThat(first.message().payload()).as("the empty one is a message too").isEmpty();
    RawClient second = edge.client(5, "second");
    second.subscribe(1, "t");
    second.expectNoMessage();
    assertThat(edge.metric("herald_retained_messages")).isZero();
  }

  @Proves(v5 = {"MQTT-3.3.1-12", "MQTT-3.3.1-13"})
  @Test
  void retained_isToldToLiveSubscribersAsOrdinary() {
    RawClient plain = edge.client(5, "plain");
    plain.subscribe(1, "t");
    RawClient asPublished = edge.client(5, "asPublished");
    asPublished.subscribe(RETAIN_AS_PUBLISHED | 1, "t");
    RawClient old = edge.client(4, "old");
    old.subscribe(1, "t");
    edge.client(5, "p").retain("t", "p", 1);
    assertThat(plain.message().retained()).isFalse();
    assertThat(old.message().retained()).isFalse();
    assertThat(asPublished.message().retained()).isTrue();
    int _ = edge.client(5, "p").publish("t", "p", 1);
    assertThat(asPublished.message().retained()).isFalse();
  }

  @Proves(v5 = {"MQTT-3.3.1-9", "MQTT-3.3.1-10", "MQTT-3.3.1-11"})
  @Test
  void retainHandling_saysWhenItIsSent() {
    edge.client(5, "p").retain("t", "p", 1);
    RawClient always = edge.client(5, "always");
    always.subscribe(0x00, "t");
    always.subscribe(0x00, "t");
    assertThat(always.payloads(2)).containsExactly("p", "p");
    always.expectNoMessage();
    RawClient ifNew = edge.client(5, "ifNew");
    ifNew.subscribe(0x10, "t");
    ifNew.subscribe(0x10, "t");
    assertThat(ifNew.payloads(1)).containsExactly("p");
    ifNew.expectNoMessage();
    ifNew.unsubscribe("t");
    ifNew.subscribe(0x10, "t");
    assertThat(ifNew.payloads(1)).containsExactly("p");
    RawClient never = edge.client(5, "never");
    never.subscribe(0x20, "t");
    never.expectNoMessage();
  }

  @Test
  void retained_identifierOfTheSubscription() {
    edge.client(5, "p").retain("t", "p", 1);
    RawClient client = edge.client(5, "c");
    client.subscribe(Wire.identifier(300), 1, "t", "+");
    for (int i = 0; i < 2; i++) {
      Received message = client.message();
      assertThat(message.property(0x0B)).containsExactly(300);
      assertThat(message.retained()).isTrue();
    }
  }

  @Test
  void retained_followsTheAnswer() {
    edge.client(5, "p").retain("t", "p", 0);
    RawClient client = edge.client(5, "c");
    client.send(Wire.subscribe(5, 1, Wire.NO_PROPERTIES, 0, "t"));
    assertThat(client.read()).isNotNull().extracting(Received::type).isEqualTo(PacketType.SUBACK);
    assertThat(client.message().payload()).isEqualTo("p");
  }

  @Test
  void retained_noLocalIsForItsPublisher() {
    RawClient client = edge.client(5, "c");
    client.retain("t", "p", 1);
    client.subscribe(0x04 | 1, "t");
    client.expectNoMessage();
    RawClient other = edge.client(5, "o");
    other.subscribe(0x04 | 1, "t");
    assertThat(other.message().payload()).isEqualTo("p");
  }

  @Proves(v5 = "MQTT-3.3.2-6")
  @Test
  void retained_expires() {
    RawClient publisher = edge.client(5, "p");
    int _ = publisher.publish("t", "p", 3, Wire.expiry(100));
    edge.pass(40);
    RawClient early = edge.client(5, "early");
    early.subscribe(1, "t");
    assertThat(early.message().property(0x02)).containsExactly(60L);
    edge.pass(61);
    RawClient late = edge.client(5, "late");
    late.subscribe(1, "t");
    late.expectNoMessage();
  }

  @Test
  void retained_messagesAreLimited() {
    restart("retainedMessagesMax", "2");
    RawClient publisher = edge.client(5, "p");
    publisher.retain("1", "p", 1);
    publisher.retain("2", "p", 1);
    assertThat(publisher.publish("3", "p", 3, Wire.NO_PROPERTIES)).isEqualTo(Reason.QUOTA_EXCEEDED);
    assertThat(publisher.publish("3", "p", 5, Wire.NO_PROPERTIES)).isEqualTo(Reason.QUOTA_EXCEEDED);
    publisher.retain("2", "again", 1);
    publisher.retain("1", "", 1);
    assertThat(publisher.publish("3", "p", 3, Wire.NO_PROPERTIES)).isEqualTo(0x10);
    assertThat(edge.metric("herald_retained_messages")).isEqualTo(2);
    assertThat(edge.dropped("refused")).isEqualTo(2);
    assertThat(edge.limit("retainedMessagesMax")).isEqualTo(2);
  }

  @Test
  void retained_bytesAreLimited() {
    restart("retainedBytesMax", "1KiB");
    RawClient publisher = edge.client(5, "p");
    publisher.retain("1", "p".repeat(500), 1);
    assertThat(publisher.publish("2", "p".repeat(500), 3, Wire.NO_PROPERTIES))
        .isEqualTo(Reason.QUOTA_EXCEEDED);
    RawClient old = edge.client(4, "old");
    old.send(
        Wire.publish(
            4, 3, "2", 1, Wire.NO_PROPERTIES, dev.herald.mqtt.codec.Bytes.bytes("p".repeat(500))));
    old.expectClosed();
    assertThat(edge.metric("herald_retained_messages")).isEqualTo(1);
    assertThat(edge.limit("retainedBytesMax")).isEqualTo(2);
  }
}
