package dev.herald.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What consumer groups have under way to one client, and what becomes of what it has no room for.
 */
final class ConsumerRoomIT extends EdgeTest {
  private static final String FILTER = "$share/g/t";
  private static final int NOT_CONSUMED = 0x83;

  /** Keeps groups there whose messages wait. */
  private RawClient holder(String... filters) {
    RawClient holder = edge.client(Wire.hello(5, "holder").receiveMaximum(1)).silent();
    holder.subscribe(1, filters);
    return holder;
  }

  /** Returns filters of groups of so many topics: t0, t1 and so on. */
  private static String[] filters(int groups) {
    String[] filters = new String[groups];
    for (int i = 0; i < groups; i++) {
      filters[i] = "$share/g/t" + i;
    }
    return filters;
  }

  /** Returns a client on the lane of another client, or not on that one. */
  private RawClient clientOn(String laneOf, boolean same, Function<String, Wire.Hello> hello) {
    LoopLane lane = edge.laneOf(laneOf);
    for (int i = 0; ; i++) {
      RawClient client = edge.client(hello.apply("client" + i));
      if ((edge.laneOf("client" + i) == lane) == same) {
        return client;
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"2,false", "2,true", "100,false", "100,true"})
  void clientInManyGroups_withMoreThanItMayHave_isNotDisconnected(int groups, boolean sameLane) {
    int bytesMax = 512 << 10;
    restart("queueBytesMax", "512KiB");
    String[] filters = filters(groups);
    RawClient holder = holder(filters);
    RawClient producer = edge.client(5, "p");
    List<Integer> posted = new ArrayList<>();
    String text = "x".repeat(8_000);
    int each = 4 * bytesMax / text.length() / groups;
    for (int i = 0; i < each * groups; i++) {
      posted.add(producer.post("t" + i % groups, i + " " + text, 1));
    }
    RawClient member = clientOn("holder", sameLane, id -> Wire.hello(5, id).sessionExpiry(1000));
    member.subscribe(1, filters);
    List<String> got = new ArrayList<>();
    while (got.size() < posted.size() - 1) {
      got.add(member.message().payload());
    }
    assertThat(got).doesNotHaveDuplicates();
    holder.close();
    got.add(member.message().payload());
    posted.forEach(id -> assertThat(producer.outcome(id)).isZero());
    assertThat(edge.limit("queueBytesMax")).isZero();
    member.disconnect();
    edge.awaitMetric("herald_consumer_members", 0);
    edge.awaitMetric("herald_consumer_groups", 0);
    assertThat(producer.publish("t0", "nobody", 1)).isEqualTo(Reason.NO_MATCHING_SUBSCRIBERS);
  }

  @Test
  void stalledClient_holdsItsReceiveMaximumInAll_othersGetTheRest() {
    String[] filters = filters(5);
    RawClient stalled = edge.client(Wire.hello(5, "stalled").receiveMaximum(3)).silent();
    stalled.subscribe(1, filters);
    RawClient quick = edge.client(4, "quick");
    quick.subscribe(1, filters);
    RawClient producer = edge.client(5, "p");
    List<Integer> posted = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      posted.add(producer.post("t" + i % filters.length, "" + i, 1));
    }
    List<String> got = quick.payloads(97);
    quick.expectNoMessage();
    got.addAll(stalled.payloads(3));
    stalled.expectNoMessage();
    assertThat(got).doesNotHaveDuplicates().hasSize(100);
    stalled.close();
    assertThat(quick.payloads(3)).allMatch(got::contains);
    posted.forEach(id -> assertThat(producer.outcome(id)).isZero());
  }

  @Test
  void clientThatTakesOneAtATime_isServedByAllItsGroups() {
    RawClient member = edge.client(Wire.hello(5, "m").receiveMaximum(1));
    member.subscribe(1, filters(3));
    RawClient producer = edge.client(5, "p");
    List<Integer> posted = new ArrayList<>();
    for (int i = 0; i < 90; i++) {
      posted.add(producer.post("t" + i / 30, "t" + i / 30, 1));
    }
    producer.ping();
    assertThat(member.payloads(90).subList(0, 9)).as("in turn").contains("t0", "t1", "t2");
    posted.forEach(id -> assertThat(producer.outcome(id)).isZero());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void plainMessages_needTheRoomOfWhatGroupsGave_whichGoesToOthers(boolean qos2) {
    restart("queueBytesMax", "64KiB");
    RawClient both = edge.client(Wire.hello(5, "both").receiveMaximum(2)).silent();
    both.subscribe(1, FILTER, "plain");
    RawClient producer = edge.client(5, "p");
    // these take all of what it may have unanswered
    assertThat(producer.publish("plain", "1", 1)).isZero();
    assertThat(producer.publish("plain", "2", 1)).isZero();
    String large = "x".repeat(30_000);
    int qos = qos2 ? 2 : 1;
    int first = producer.post("t", "first " + large, qos);
    producer.ping();
    RawClient other = edge.client(5, "other");
    other.subscribe(1, FILTER);
    assertThat(producer.publish("plain", large, 1)).isZero();
    assertThat(producer.publish("plain", large, 1)).isZero();
    assertThat(other.message().payload()).startsWith("first");
    assertThat(producer.outcome(first)).isZero();
    // beyond that it is the client's own fault
    assertThat(producer.publish("plain", large, 1)).isZero();
    assertThat(both.payloads(2)).containsExactly("1", "2");
    both.expectEnd(Reason.QUOTA_EXCEEDED);
    edge.awaitMetric("herald_consumer_members", 1);
  }

  // ---- QoS 0

  @Test
  void memberAtQos0_thatReadsTooSlowly_getsWhatIsAcknowledged() {
    restart("queueBytesMax", "512KiB");
    RawClient deaf = RawClient.open(edge.port(), 5, 4096);
    deaf.send(Wire.hello(5, "deaf").toBytes());
    assertThat(deaf.await(PacketType.CONNACK).code()).isZero();
    deaf.subscribe(0, FILTER);
    RawClient producer = edge.client(5, "p");
    List<Integer> posted = new ArrayList<>();
    String text = "x".repeat(100_000);
    for (int i = 0; i < 70; i++) {
      posted.add(producer.post("t", i + " " + text, 1));
      producer.ping();
    }
    int stale = producer.post("t", "stale", 1, Wire.expiry(5));
    producer.ping();
    edge.pass(6);
    assertThat(deaf.payloads(70)).doesNotHaveDuplicates();
    assertThat(producer.outcome(stale)).isEqualTo(NOT_CONSUMED);
    posted.forEach(id -> assertThat(producer.outcome(id)).isZero());
    assertThat(edge.dropped("slow_consumer")).isZero();
    deaf.close();
  }

  @Test
  void memberAtQos0_thatDoesNotTakeItsSize_hasNotConsumedIt() {
    RawClient small = edge.client(Wire.hello(5, "small").maximumPacketSize(100));
    small.subscribe(0, FILTER);
    RawClient producer = edge.client(5, "p");
    assertThat(producer.publish("t", "x".repeat(1000), 1)).isEqualTo(NOT_CONSUMED);
    assertThat(producer.publish("t", "small", 1)).isZero();
    assertThat(small.message().payload()).isEqualTo("small");
    RawClient large = edge.client(4, "large");
    large.subscribe(0, FILTER);
    assertThat(producer.publish("t", "y".repeat(1000), 1)).isZero();
    assertThat(producer.publish("t", "z".repeat(1000), 1)).isZero();
    assertThat(large.payloads(2)).allMatch(payload -> payload.length() == 1000);
  }

  // ---- another connection

  @Test
  void takeOver_withASmallerReceiveMaximum_leavesTheRestToOthers() {
    RawClient first = edge.client(Wire.hello(5, "m").sessionExpiry(1000)).silent();
    first.subscribe(1, FILTER);
    RawClient second =
        edge.client(Wire.hello(5, "m").resume().sessionExpiry(1000).receiveMaximum(1)).silent();
    first.expectEnd(Reason.SESSION_TAKEN_OVER);
    RawClient producer = edge.client(5, "p");
    for (int i = 0; i < 10; i++) {
      int _ = producer.post("t", "" + i, 1);
    }
    producer.ping();
    assertThat(second.message().payload()).isEqualTo("0");
    RawClient other = edge.client(5, "other");
    other.subscribe(1, FILTER);
    assertThat(other.payloads(9)).containsExactly("1", "2", "3", "4", "5", "6", "7", "8", "9");
    second.expectNoMessage();
    // and the other way round
    RawClient third = edge.client(Wire.hello(5, "m").resume().sessionExpiry(1000)).silent();
    assertThat(third.message().payload()).isEqualTo("0");
    other.close();
    edge.awaitMetric("herald_consumer_members", 1);
    for (int i = 10; i < 20; i++) {
      int _ = producer.post("t", "" + i, 1);
    }
    assertThat(third.payloads(10)).hasSize(10);
  }

  @ParameterizedTest
  @CsvSource({"0,false", "0,true", "1000,false", "1000,true"})
  void qos2ReceivedByTheLastMember_isConsumedWhenItIsLost(long expiry, boolean sameLane) {
    RawClient founder = edge.client(5, "founder");
    founder.subscribe(2, FILTER);
    RawClient last =
        clientOn("founder", sameLane, id -> Wire.hello(5, id).sessionExpiry(expiry)).silent();
    last.subscribe(2, FILTER);
    founder.close();
    edge.awaitMetric("herald_consumer_members", 1);
    RawClient producer = edge.client(5, "p");
    int id = producer.post("t", "m", 2);
    last.send(Wire.ack(PacketType.PUBREC, last.message().id()));
    Received _ = last.await(PacketType.PUBREL);
    last.close();
    assertThat(producer.outcome(id)).isZero();
    edge.awaitMetric("herald_consumer_groups", 0);
  }
}
