package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.core.error.ErrorCode;
import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Subscriptions that ask for what a group had {@code after} an event. */
final class ResumeIT extends EdgeTest {
  private static final String LARGE = "x".repeat(20_000);
  private static final int REASON_STRING = 0x1F;

  private static byte[] after(Object seq) {
    return Wire.userProperty("after", seq.toString());
  }

  /** Creates messages, many at a time, and returns when all are stored. */
  private static void write(RawClient writer, String groupId, int count, String content) {
    List<Integer> open = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int id = writer.nextId();
      writer.send(Wire.publish(5, 1, "$group/" + groupId, id, content));
      open.add(id);
      if (open.size() == 100 || i == count - 1) {
        open.forEach(sent -> assertThat(writer.await(PacketType.PUBACK).code()).isZero());
        open.clear();
      }
    }
  }

  private static int seqOf(Received message) {
    String payload = message.payload();
    return Integer.parseInt(payload.substring(0, payload.indexOf(' ')));
  }

  private static void expect(RawClient reader, int from, int to) {
    for (int seq = from; seq <= to; seq++) {
      assertThat(seqOf(reader.message())).isEqualTo(seq);
    }
  }

  // ---- what was missed, then live

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void after_whatWasMissedComesFirst_thenWhatIsNew(int qos) {
    RawClient writer = edge.client(5, "w");
    write(writer, "g", 700, "c");
    RawClient reader = edge.client(5, "r");
    assertThat(reader.subscribe(after(10), qos, "$group/g")).containsExactly(qos);
    expect(reader, 11, 700);
    write(writer, "g", 5, "c");
    expect(reader, 701, 705);
    reader.expectNoMessage();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void after_eventsAreKeptNoLonger_isTold_thenGoesOnWithTheNext(int qos) {
    RawClient writer = edge.client(5, "w");
    write(writer, "g", 300, "c");
    edge.prune("g", 250);
    RawClient reader = edge.client(5, "r");
    assertThat(reader.subscribe(after(10), qos, "$group/g")).containsExactly(qos);
    assertThat(reader.message().payload()).isEqualTo("{\"event\":\"pruned\",\"seq\":250}");
    expect(reader, 251, 300);
    edge.prune("g", 300);
    RawClient late = edge.client(5, "l");
    assertThat(late.subscribe(after(300), qos, "$group/g")).containsExactly(qos);
    write(writer, "g", 1, "c");
    expect(reader, 301, 301);
    expect(late, 301, 301);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void after_zeroIsEverything_theHeadIsNothing(int qos) {
    RawClient writer = edge.client(5, "w");
    RawClient reader = edge.client(5, "r");
    assertThat(reader.subscribe(after(0), qos, "$group/g")).containsExactly(qos);
    write(writer, "g", 3, "c");
    expect(reader, 1, 3);
    RawClient late = edge.client(5, "l");
    assertThat(late.subscribe(after(3), qos, "$group/g")).containsExactly(qos);
    write(writer, "g", 1, "c");
    assertThat(seqOf(late.message())).isEqualTo(4);
    late.expectNoMessage();
  }

  @Test
  void after_underConstantWrites_hasNeitherGapNorRepeat() throws InterruptedException {
    int events = 3000;
    RawClient writer = edge.client(5, "w");
    Thread writing = Thread.ofVirtual().start(() -> write(writer, "g", events, "c"));
    List<Thread> readers = new ArrayList<>();
    List<Integer> done = java.util.Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 12; i++) {
      int number = i;
      readers.add(
          Thread.ofVirtual()
              .start(() -> {
                RawClient reader =
                    edge.client(Wire.hello(5, "r" + number).receiveMaximum(1 + 7 * number));
                for (int seq = 0; seq < events; ) {
                  List<Integer> code = reader.subscribe(after(seq), number % 2, "$group/g");
                  assertThat(code).containsExactly(number % 2);
                  // some begin anew now and then, on the way
                  int until = number % 3 == 0 ? Math.min(events, seq + 400) : events;
                  expect(reader, seq + 1, until);
                  seq = until;
                  if (seq < events) {
                    reader.close();
                    reader =
                        edge.client(Wire.hello(5, "r" + number).receiveMaximum(1 + 7 * number));
                  }
                }
                done.add(number);
              }));
    }
    writing.join();
    for (Thread reader : readers) {
      reader.join();
    }
    assertThat(done).hasSize(12);
  }

  @Test
  void after_severalGroupsInOnePacket() {
    RawClient writer = edge.client(5, "w");
    write(writer, "a", 300, "c");
    write(writer, "b", 20, "c");
    RawClient reader = edge.client(5, "r");
    byte[] properties = bytes(Wire.identifier(7), after(5));
    assertThat(reader.subscribe(properties, 1, "$group/a", "t", "$group/b", "$group/new"))
        .containsExactly(1, 1, 1, 0x83);
    int a = 5;
    int b = 5;
    for (int i = 0; i < 310; i++) {
      Received message = reader.message();
      assertThat(message.property(0x0B)).containsExactly(7);
      if (message.topic().equals("$group/a")) {
        assertThat(seqOf(message)).isEqualTo(++a);
      } else {
        assertThat(seqOf(message)).isEqualTo(++b);
      }
    }
    assertThat(a).isEqualTo(300);
    assertThat(b).isEqualTo(20);
    assertThat(writer.publish("t", "relayed", 1)).isZero();
    assertThat(reader.message().payload()).isEqualTo("relayed");
  }

  // ---- what is refused

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "-1", "1.0", " 1", "0x1", "+1", "12345678901234567890"})
  void after_thatIsNoNumber(String after) {
    RawClient reader = edge.client(5, "r");
    int id = reader.nextId();
    reader.send(Wire.subscribe(5, id, after(after), 1, "$group/g", "t"));
    Received answer = reader.await(PacketType.SUBACK);
    assertThat(answer.codes()).containsExactly(0x83, 1);
    assertThat(answer.property(REASON_STRING).toString()).contains("after must be the number");
    assertThat(reader.subscribe(1, "$group/g")).containsExactly(1);
  }

  @Test
  void after_givenTwice() {
    RawClient reader = edge.client(5, "r");
    assertThat(reader.subscribe(bytes(after(0), after(0)), 1, "$group/g")).containsExactly(0x83);
    assertThat(reader.subscribe(Wire.userProperty("x", "after"), 1, "$group/g")).containsExactly(1);
  }

  @Test
  void after_beyondTheHead_isRefusedAndSaysWhereTheGroupStands() {
    RawClient writer = edge.client(5, "w");
    write(writer, "g", 2, "c");
    RawClient reader = edge.client(5, "r");
    reader.send(Wire.subscribe(5, 1, after(3), 1, "$group/g"));
    Received answer = reader.await(PacketType.SUBACK);
    assertThat(answer.codes()).containsExactly(0x83);
    assertThat(answer.property(REASON_STRING))
        .containsExactly("after is 3, the group's last event is number 2");
    write(writer, "g", 1, "c");
    reader.expectNoMessage();
  }

  @Test
  void after_withAPattern_orShared_isRefused() {
    RawClient reader = edge.client(5, "r");
    assertThat(reader.subscribe(after(0), 1, "$group/+", "$group/#", "$share/s/$group/g"))
        .containsExactly(0x8F, 0x8F, 0x83);
    reader.send(Wire.subscribe(5, 9, after(0), 1, "$share/s/$group/g"));
    assertThat(reader.await(PacketType.SUBACK).property(REASON_STRING).toString())
        .contains("not shared");
  }

  @Test
  void after_reasonIsNotToldToAClientThatDoesNotTakeIt() {
    RawClient small = edge.client(Wire.hello(5, "s").maximumPacketSize(40));
    small.send(Wire.subscribe(5, 1, after("x"), 1, "$group/g"));
    assertThat(small.await(PacketType.SUBACK).property(REASON_STRING)).isEmpty();
    RawClient silent = edge.client(Wire.hello(5, "q").noReasons());
    silent.send(Wire.subscribe(5, 1, after("x"), 1, "$group/g"));
    assertThat(silent.await(PacketType.SUBACK).property(REASON_STRING)).isEmpty();
  }

  @Test
  void after_whileTheStoreCannotBeRead_isRefused() {
    RawClient writer = edge.client(5, "w");
    write(writer, "g", 2, "c");
    edge.reads.refuse(ErrorCode.STORE_UNAVAILABLE);
    RawClient reader = edge.client(5, "r");
    assertThat(reader.subscribe(after(1), 1, "$group/g")).containsExactly(0x83);
    edge.reads.accept();
    assertThat(reader.subscribe(after(1), 1, "$group/g")).containsExactly(1);
    expect(reader, 2, 2);
  }

  @Test
  void after_theStoreFailsOnTheWay_itGoesOnByItself() {
    RawClient writer = edge.client(5, "w");
    write(writer, "g", 50, "c");
    edge.reads.refuse(ErrorCode.STORE_UNAVAILABLE);
    RawClient reader = edge.client(5, "r");
    assertThat(reader.subscribe(after(0), 1, "$group/g")).containsExactly(1);
    int before = edge.reads.count();
    await().until(() -> edge.reads.count() > before + 1);
    reader.expectNoMessage();
    edge.reads.accept();
    expect(reader, 1, 50);
  }

  // ---- packets that follow

  @Test
  void after_packetsThatFollowAreObeyedInOrder() {
    RawClient writer = edge.client(5, "w");
    write(writer, "g", 3, "c");
    edge.reads.shut();
    RawClient reader = edge.client(5, "r");
    reader.send(
        Wire.subscribe(5, 1, after(1), 1, "$group/g"),
        Wire.unsubscribe(5, 2, "$group/g"),
        Wire.PINGREQ);
    await().until(() -> edge.reads.count() > 0);
    reader.send(Wire.PINGREQ);
    edge.pass(1);
    edge.reads.open();
    assertThat(reader.next().type()).isEqualTo(PacketType.SUBACK);
    assertThat(reader.next().codes()).containsExactly(0);
    assertThat(reader.next().type()).isEqualTo(PacketType.PINGRESP);
    assertThat(reader.next().type()).isEqualTo(PacketType.PINGRESP);
    write(writer, "g", 1, "c");
    reader.expectNoMessage();
  }

  @Test
  void after_theConnectionEndsBeforeTheAnswer() {
    RawClient writer = edge.client(5, "w");
    write(writer, "g", 3, "c");
    edge.reads.shut();
    RawClient reader = edge.client(5, "r");
    reader.send(Wire.subscribe(5, 1, after(1), 1, "$group/g"));
    await().until(() -> edge.reads.count() > 0);
    RawClient again = edge.client(5, "r");
    reader.expectEnd(Reason.SESSION_TAKEN_OVER);
    edge.reads.open();
    write(writer, "g", 1, "c");
    again.expectNoMessage();
  }

  @Test
  void unsubscribe_inTheMiddle() {
    RawClient writer = edge.client(5, "w");
    write(writer, "g", 100, LARGE);
    RawClient reader = RawClient.open(edge.port(), 5, 4096).connect(Wire.hello(5, "r"));
    assertThat(reader.subscribe(after(0), 0, "$group/g")).containsExactly(0);
    assertThat(seqOf(reader.message())).isEqualTo(1);
    assertThat(reader.unsubscribe("$group/g")).containsExactly(0);
    // what was on its way then has come; nothing more does
    while (reader.hasMessage()) {
      Received _ = reader.message();
    }
    write(writer, "g", 1, "c");
    reader.expectNoMessage();
    assertThat(reader.subscribe(after(100), 1, "$group/g")).containsExactly(1);
    expect(reader, 101, 101);
  }

  // ---- slow, away, and back

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void slowReader_missesNothingAndKeepsNothingInMemory(int qos) {
    restart("queueBytesMax", "64KiB", "queueMessagesMax", "10");
    RawClient writer = edge.client(5, "w");
    RawClient reader = RawClient.open(edge.port(), 5, 4096).connect(Wire.hello(5, "r"));
    assertThat(reader.subscribe(after(0), qos, "$group/g")).containsExactly(qos);
    // many times what the queue and the sockets hold, while the reader reads nothing
    write(writer, "g", 600, LARGE);
    Session session = edge.edge().session(new Sessions.Key(Identity.DEFAULT_APP, "r"));
    assertThat(session == null ? Long.MAX_VALUE : session.heldBytes()).isLessThan(1 << 20);
    expect(reader, 1, 600);
    write(writer, "g", 1, "c");
    expect(reader, 601, 601);
    assertThat(edge.dropped("slow_consumer")).isZero();
  }

  @Test
  void slowReader_withoutAfter_seesTheGapByTheNumbers() {
    restart("queueBytesMax", "64KiB");
    RawClient writer = edge.client(5, "w");
    RawClient reader = RawClient.open(edge.port(), 5, 4096).connect(Wire.hello(5, "r"));
    reader.subscribe(0, "$group/g");
    write(writer, "g", 600, LARGE);
    assertThat(edge.dropped("slow_consumer")).isPositive();
    int last = 0;
    int missed = 0;
    write(writer, "h", 1, "c");
    List<Integer> _ = reader.subscribe(1, "$group/h");
    while (reader.hasMessage()) {
      int seq = seqOf(reader.message());
      missed += seq - last - 1;
      last = seq;
    }
    assertThat(missed + 600 - last).isEqualTo((int) edge.dropped("slow_consumer"));
    assertThat(reader.subscribe(after(last), 1, "$group/g")).containsExactly(1);
    expect(reader, last + 1, 600);
  }

  @Test
  void unacknowledged_isBoundedByTheReceiveMaximum() {
    RawClient writer = edge.client(5, "w");
    write(writer, "g", 200, "c");
    RawClient reader = edge.client(Wire.hello(5, "r").receiveMaximum(3)).silent();
    reader.subscribe(after(0), 1, "$group/g");
    List<Received> first = IntStream.range(0, 3).mapToObj(i -> reader.message()).toList();
    reader.expectNoMessage();
    for (Received message : first) {
      reader.send(Wire.ack(PacketType.PUBACK, message.id()));
    }
    for (int seq = 4; seq <= 200; seq++) {
      Received message = reader.message();
      assertThat(seqOf(message)).isEqualTo(seq);
      reader.send(Wire.ack(PacketType.PUBACK, message.id()));
    }
  }

  @Test
  void takeOver_inTheMiddle_goesOnWhereTheSessionIs() {
    RawClient writer = edge.client(5, "w");
    write(writer, "g", 300, "c");
    RawClient reader = edge.client(Wire.lasting(5, "r").receiveMaximum(10)).silent();
    reader.subscribe(after(0), 1, "$group/g");
    assertThat(seqOf(reader.message())).isEqualTo(1);
    RawClient again = edge.client(Wire.lasting(5, "r").receiveMaximum(20));
    reader.expectEnd(Reason.SESSION_TAKEN_OVER);
    expect(again, 1, 300);
    write(writer, "g", 1, "c");
    expect(again, 301, 301);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void persistentSession_comesBack_andMissedNothing(int qos) {
    restart("queueMessagesMax", "5");
    RawClient writer = edge.client(5, "w");
    RawClient reader = edge.client(Wire.lasting(5, "r"));
    reader.subscribe(after(0), qos, "$group/g");
    write(writer, "g", 10, "c");
    expect(reader, 1, 10);
    reader.ping();
    reader.close();
    edge.awaitMetric("herald_mqtt_connections", 1);
    write(writer, "g", 500, "c");
    RawClient again = edge.client(Wire.lasting(5, "r"));
    expect(again, 11, 510);
    assertThat(edge.dropped("offline_queue_full")).isZero();
    write(writer, "g", 1, "c");
    expect(again, 511, 511);
  }

  @Test
  void persistentSession_comesBackAfterARestart() {
    RawClient writer = edge.client(5, "w");
    RawClient reader = edge.client(Wire.lasting(5, "r")).silent();
    reader.subscribe(after(0), 1, "$group/g");
    write(writer, "g", 20, "c");
    for (int seq = 1; seq <= 20; seq++) {
      Received message = reader.message();
      if (seq <= 12) {
        reader.send(Wire.ack(PacketType.PUBACK, message.id()));
      }
    }
    reader.ping();
    restartAfter(10);
    RawClient again = edge.client(Wire.lasting(5, "r"));
    RawClient writer2 = edge.client(5, "w");
    write(writer2, "g", 5, "c");
    expect(again, 13, 25);
    again.expectNoMessage();
  }

  @Test
  void persistentSession_afterACrash_repeatsButMissesNothing() {
    RawClient writer = edge.client(5, "w");
    RawClient reader = edge.client(Wire.lasting(5, "r")).silent();
    reader.subscribe(after(0), 1, "$group/g");
    write(writer, "g", 600, "c");
    for (int seq = 1; seq <= 600; seq++) {
      Received message = reader.message();
      assertThat(seqOf(message)).isEqualTo(seq);
      if (seq <= 400) {
        reader.send(Wire.ack(PacketType.PUBACK, message.id()));
      }
    }
    reader.ping();
    edge.awaitMetric("herald_relay_backlog_bytes", 0);
    crash();
    RawClient again = edge.client(Wire.lasting(5, "r"));
    int first = seqOf(again.message());
    assertThat(first).isBetween(1, 401);
    expect(again, first + 1, 600);
    again.expectNoMessage();
  }

  @Test
  void persistentSession_afterACrash_isToldAgainWhatItHasNotAcknowledgedAsGone() {
    RawClient writer = edge.client(5, "w");
    write(writer, "g", 900, "c");
    edge.prune("g", 300);
    RawClient reader = edge.client(Wire.lasting(5, "r")).silent();
    reader.subscribe(after(10), 1, "$group/g");
    String gone = "{\"event\":\"pruned\",\"seq\":300}";
    assertThat(reader.message().payload()).isEqualTo(gone);
    for (int seq = 301; seq <= 900; seq++) {
      reader.send(Wire.ack(PacketType.PUBACK, reader.message().id()));
    }
    reader.ping();
    edge.awaitMetric("herald_relay_backlog_bytes", 0);
    crash();
    RawClient again = edge.client(Wire.lasting(5, "r"));
    assertThat(again.message().payload()).isEqualTo(gone);
    expect(again, 301, 900);
  }
}
