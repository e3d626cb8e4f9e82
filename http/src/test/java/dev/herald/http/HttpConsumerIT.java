package dev.herald.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.MessageProperties.PayloadFormat;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Consuming a group over HTTP: real sockets, a virtual clock for leases and time-outs. */
class HttpConsumerIT extends HttpConsumerFixture {
  // ---- long poll

  @Test
  void poll_givesWhatComes_andTheProducerIsAnsweredWhenItIsAcknowledged() throws Exception {
    HttpResponse<String> made = edge.json(CONSUMERS, "{\"clientId\":\"w1\",\"inFlightMax\":7}");
    assertThat(made.statusCode()).isEqualTo(201);
    JsonNode told = JSON.readTree(made.body());
    assertThat(told.get("inFlightMax").asInt()).isEqualTo(7);
    assertThat(told.get("leaseSeconds").asInt()).isEqualTo(60);
    assertThat(told.get("ackSeconds").asInt()).isEqualTo(ACK_SECONDS);
    String consumer = made.headers().firstValue("location").orElseThrow();
    assertThat(consumer).endsWith(told.get("consumerId").asText());
    CompletableFuture<HttpResponse<String>> answer = publish("jobs/1?key=k&expiry=60", "hello");
    JsonNode message = poll(consumer, "?wait=30").getFirst();
    assertThat(message.get("topic").asText()).isEqualTo("jobs/1");
    assertThat(message.get("payload").asText()).isEqualTo("hello");
    assertThat(message.get("attempt").asInt()).isEqualTo(1);
    assertThat(message.get("qos").asInt()).isEqualTo(1);
    assertThat(message.get("contentType").asText()).isEqualTo("text/plain");
    assertThat(message.get("expiryTime").asLong()).isPositive();
    assertThat(message.get("userProperties").toString())
        .isEqualTo("[{\"name\":\"key\",\"value\":\"k\"}]");
    assertThat(answer).isNotDone();
    assertThat(member("w1").get("underWay").asInt()).isEqualTo(1);

    String id = message.get("deliveryId").asText();
    assertThat(say(consumer, "{\"acknowledge\":[\"" + id + "\"]}"))
        .isEqualTo(outcome("acknowledged", id));
    assertThat(answer.join().body()).isEqualTo("{\"groups\":1,\"subscribers\":0}");
    assertThat(say(consumer, "{\"acknowledge\":[\"" + id + "\"],\"refuse\":[\"99\"]}"))
        .isEqualTo(
            "{\"acknowledged\":[],\"refused\":[],\"extended\":[],\"gone\":[\"1\"],"
                + "\"unknown\":[\"99\"]}");
  }

  @Test
  void poll_thatWaits_isAnsweredWithAllThatComesTogether_upToItsLimit() throws Exception {
    String consumer = join("{}");
    for (int i = 0; i < 5; i++) {
      var _ = publish("jobs/" + i, "x");
    }
    await().until(() -> group().get("waitingBytes").asInt() >= 5 * 97);
    assertThat(poll(consumer, "?limit=2")).hasSize(2);
    assertThat(member("").get("underWay").asInt()).as("no more than was asked for").isEqualTo(2);
    assertThat(poll(consumer, "")).hasSize(3);
    assertThat(poll(consumer, "")).isEmpty();
    assertThat(poll(consumer, "?wait=1")).isEmpty();
  }

  @Test
  void poll_ofAGroupOfAnotherLane_isGivenWhatWaits_alsoWithoutWaiting() throws Exception {
    FewConsumers first = FewConsumers.join(edge, "a", "$share/g/jobs/#");
    String consumer = join("{\"clientId\":\"w1\"}");
    first.refuse();
    var _ = publish("jobs/1", "x");
    await().until(() -> first.got.size() == 1);
    await().until(() -> group().get("waitingBytes").asInt() > 0);
    assertThat(poll(consumer, "?wait=0")).hasSize(1);
  }

  @Test
  void poll_ofAGroupOfAnotherLane_leavesTheGroupWhatItDoesNotTake() throws Exception {
    FewConsumers other = FewConsumers.join(edge, "a", "$share/g/jobs/#");
    String consumer = join("{\"clientId\":\"w1\"}");
    other.refuse();
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      answers.add(publish("jobs/" + i, "x"));
    }
    await().until(() -> other.got.size() == 5 && group().get("waitingBytes").asInt() >= 5 * 97);
    JsonNode first = poll(consumer, "?wait=30&limit=1").getFirst();
    await().until(() -> member("w1").get("underWay").asInt() == 1);
    say(consumer, "{\"acknowledge\":[\"" + first.get("deliveryId").asText() + "\"]}");
    pass(ACK_SECONDS + 1);
    List<JsonNode> rest = poll(consumer, "?wait=30");
    assertThat(rest).hasSize(4);
    assertThat(rest).allMatch(message -> message.get("attempt").asInt() == 2);
    assertThat(answers.stream().filter(CompletableFuture::isDone)).hasSizeLessThanOrEqualTo(1);
  }

  @Test
  void consumer_atItsInflightMax_getsNoMoreUntilItAnswers() throws Exception {
    String consumer = join("{\"inFlightMax\":2}");
    for (int i = 0; i < 3; i++) {
      var _ = publish("jobs/" + i, "x");
    }
    await().until(() -> group().get("waitingBytes").asInt() >= 3 * 97);
    assertThat(poll(consumer, "")).hasSize(2);
    assertThat(poll(consumer, "")).isEmpty();
    say(consumer, "{\"acknowledge\":[\"1\"]}");
    assertThat(poll(consumer, "?wait=30")).hasSize(1);
  }

  @Test
  void message_isShownWithAllThatItsPublisherSaid() throws Exception {
    String consumer = join("{}");
    MessageProperties properties =
        new MessageProperties(
            PayloadFormat.BYTES,
            "image/png",
            "replies",
            new byte[] {1, 2},
            List.of("a", "1", "a", "2"));
    byte[] payload = {(byte) 0xff, 0};
    edge.router.publish(
        edge.apps.get("a").topics(),
        new Message("jobs/1", payload, 2, false, properties, Message.NEVER, null));
    edge.router.publish(
        edge.apps.get("a").topics(),
        new Message(
            "jobs/2",
            "\u0001".getBytes(UTF_8),
            0,
            false,
            MessageProperties.NONE,
            Message.NEVER,
            null));
    List<JsonNode> got = new ArrayList<>();
    await().until(() -> got.addAll(poll(consumer, "")) && got.size() == 2);
    assertThat(got.get(0).toString())
        .isEqualTo(
            "{\"deliveryId\":\"1\",\"attempt\":1,\"topic\":\"jobs/1\",\"qos\":2,"
                + "\"payloadBase64\":\"/wA=\",\"contentType\":\"image/png\","
                + "\"responseTopic\":\"replies\",\"correlationDataBase64\":\"AQI=\","
                + "\"userProperties\":[{\"name\":\"a\",\"value\":\"1\"},"
                + "{\"name\":\"a\",\"value\":\"2\"}]}");
    assertThat(got.get(1).toString())
        .isEqualTo("{\"topic\":\"jobs/2\",\"qos\":0,\"payload\":\"\\u0001\"}");
  }

  @Test
  void message_thatExpiredBeforeItWasRead_isNotGiven() throws Exception {
    String consumer = join("{}");
    edge.router.publish(
        edge.apps.get("a").topics(),
        new Message("jobs/1", new byte[0], 1, false, MessageProperties.NONE, 1, null));
    var _ = publish("jobs/2", "x");
    assertThat(poll(consumer, "?wait=30").getFirst().get("topic").asText()).isEqualTo("jobs/2");
    assertThat(group().get("dropped").asInt()).isEqualTo(1);
  }

  @Test
  void poll_byANewerRequest_endsTheOlderOne() throws Exception {
    String consumer = join("{}");
    CompletableFuture<HttpResponse<String>> older = later(consumer + "/messages?wait=60");
    await().until(() -> member("").get("state").asText().equals("live"));
    CompletableFuture<HttpResponse<String>> newer = later(consumer + "/messages?wait=60");
    assertThat(older.join().statusCode()).isEqualTo(409);
    assertThat(older.join().body()).contains("urn:herald:error:READER_REPLACED");
    var _ = publish("jobs/1", "x");
    assertThat(newer.join().body()).contains("jobs/1");
  }

  @Test
  void poll_whoseConnectionIsLost_takesNothing() throws Exception {
    String consumer = join("{}");
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), edge.edge.port())) {
      send(socket, consumer + "/messages?wait=60", "*/*");
      await().until(() -> member("").get("state").asText().equals("live"));
    }
    await().until(() -> member("").get("state").asText().equals("busy"));
    var _ = publish("jobs/1", "x");
    assertThat(poll(consumer, "?wait=30")).hasSize(1);
  }

  // ---- refuse, extend, leave

  @Test
  void refuse_hasAnotherMemberGetIt() throws Exception {
    String consumer = join("{}");
    CompletableFuture<HttpResponse<String>> answer = publish("jobs/1", "x");
    String id = poll(consumer, "?wait=30").getFirst().get("deliveryId").asText();
    FewConsumers mqtt = FewConsumers.join(edge, "a", "$share/g/jobs/#");
    assertThat(say(consumer, "{\"refuse\":[\"" + id + "\"]}")).isEqualTo(outcome("refused", id));
    assertThat(answer.join().statusCode()).isEqualTo(200);
    assertThat(mqtt.got).hasSize(1);
    assertThat(group().get("redelivered").asInt()).isEqualTo(1);
  }

  @Test
  void refuse_byAll_refusesItToTheProducer() throws Exception {
    String consumer = join("{}");
    CompletableFuture<HttpResponse<String>> answer = publish("jobs/1", "x");
    String id = poll(consumer, "?wait=30").getFirst().get("deliveryId").asText();
    say(consumer, "{\"refuse\":[\"" + id + "\"]}");
    assertThat(answer.join().body()).contains("NOT_CONSUMED");
  }

  @Test
  void extend_keepsAMessageBeyondTheTimeout_whichOthersAreTakenAt() throws Exception {
    String consumer = join("{}");
    CompletableFuture<HttpResponse<String>> first = publish("jobs/1", "x");
    String mine = poll(consumer, "?wait=30").getFirst().get("deliveryId").asText();
    CompletableFuture<HttpResponse<String>> second = publish("jobs/2", "x");
    String late = poll(consumer, "?wait=30").getFirst().get("deliveryId").asText();
    for (int i = 0; i < 3; i++) {
      pass(ACK_SECONDS - 1);
      assertThat(say(consumer, "{\"extend\":[\"" + mine + "\"]}"))
          .isEqualTo(outcome("extended", mine));
    }
    assertThat(say(consumer, "{\"extend\":[\"" + late + "\"]}")).isEqualTo(outcome("gone", late));
    assertThat(second.join().body()).contains("NOT_CONSUMED");
    assertThat(first).isNotDone();
    say(consumer, "{\"acknowledge\":[\"" + mine + "\"]}");
    assertThat(first.join().statusCode()).isEqualTo(200);
  }

  @Test
  void silence_stallsTheConsumer_untilItReadsOn() throws Exception {
    String consumer = join("{}");
    CompletableFuture<HttpResponse<String>> answer = publish("jobs/1", "x");
    assertThat(poll(consumer, "?wait=30")).hasSize(1);
    pass(ACK_SECONDS + 1);
    assertThat(member("").get("state").asText()).isEqualTo("stalled");
    JsonNode again = poll(consumer, "?wait=30").getFirst();
    assertThat(again.get("deliveryId").asText()).isEqualTo("2");
    assertThat(again.get("attempt").asInt()).isEqualTo(2);
    assertThat(say(consumer, "{\"acknowledge\":[\"1\",\"2\"]}"))
        .contains("\"acknowledged\":[\"2\"]", "\"gone\":[\"1\"]");
    assertThat(answer.join().statusCode()).isEqualTo(200);
  }

  @Test
  void acknowledgement_thatIsLate_countsIfNobodyElseHasTheMessage() throws Exception {
    String consumer = join("{}");
    CompletableFuture<HttpResponse<String>> answer = publish("jobs/1", "x");
    assertThat(poll(consumer, "?wait=30")).hasSize(1);
    pass(ACK_SECONDS + 1);
    assertThat(say(consumer, "{\"acknowledge\":[\"1\"]}")).isEqualTo(outcome("gone", "1"));
    assertThat(answer.join().statusCode()).isEqualTo(200);
    assertThat(poll(consumer, "")).isEmpty();
  }

  @Test
  void delete_leaves_andOthersGetWhatItHad() throws Exception {
    String consumer = join("{}");
    CompletableFuture<HttpResponse<String>> answer = publish("jobs/1", "x");
    assertThat(poll(consumer, "?wait=30")).hasSize(1);
    String other = join("{}");
    CompletableFuture<HttpResponse<String>> waiting = later(consumer + "/messages?wait=60");
    await().until(() -> group().toString().contains("\"live\""));
    assertThat(edge.send("DELETE", consumer, "").statusCode()).isEqualTo(204);
    assertThat(waiting.join().statusCode()).isEqualTo(404);
    assertThat(edge.send("DELETE", consumer, "").statusCode()).isEqualTo(404);
    assertThat(edge.get(consumer + "/messages").statusCode()).isEqualTo(404);
    JsonNode again = poll(other, "?wait=30").getFirst();
    assertThat(again.get("attempt").asInt()).isEqualTo(2);
    say(other, "{\"acknowledge\":[\"1\"]}");
    assertThat(answer.join().statusCode()).isEqualTo(200);
  }

  @Test
  void lease_thatEnds_hasTheConsumerLeave_whichAnyRequestPutsOff() throws Exception {
    String consumer = join("{}");
    CompletableFuture<HttpResponse<String>> answer = publish("jobs/1", "x");
    assertThat(poll(consumer, "?wait=30")).hasSize(1);
    sweep(50);
    assertThat(say(consumer, "{\"extend\":[\"1\"]}")).isEqualTo(outcome("extended", "1"));
    sweep(50);
    say(consumer, "");
    CompletableFuture<HttpResponse<String>> waiting = later(consumer + "/messages?wait=60");
    await().until(() -> member("").get("state").asText().equals("live"));
    sweep(100);
    assertThat(waiting).as("a request that waits").isNotDone();
    var _ = publish("jobs/2", "x");
    assertThat(waiting.join().statusCode()).isEqualTo(200);
    sweep(61);
    await().until(() -> edge.get(consumer + "/messages").statusCode() == 404);
    assertThat(answer.join().body()).contains("its last member left");
    assertThat(ended("lease")).isEqualTo(1);
    assertThat(edge.metric("herald_http_consumers")).isZero();
    assertThat(edge.get(GROUP).statusCode()).isEqualTo(404);
  }

  // ---- streams

  @Test
  void stream_givesWhatComesAsLines_andItsEndIsTheConsumers() throws Exception {
    String consumer = join("{}");
    CompletableFuture<HttpResponse<String>> first = publish("jobs/1", "x");
    await().until(() -> group().get("waitingBytes").asInt() > 0);
    int one = group().get("waitingBytes").asInt();
    CompletableFuture<HttpResponse<String>> second = publish("jobs/2", "y");
    await().until(() -> group().get("waitingBytes").asInt() > one);
    FewConsumers other;
    try (Lines lines = Lines.of(stream(consumer))) {
      assertThat(lines.next().get("topic").asText()).isEqualTo("jobs/1");
      assertThat(lines.next().get("topic").asText()).isEqualTo("jobs/2");
      say(consumer, "{\"acknowledge\":[\"1\"]}");
      assertThat(first.join().statusCode()).isEqualTo(200);
      var _ = publish("jobs/3", "z");
      assertThat(lines.next().get("deliveryId").asText()).isEqualTo("3");
      other = FewConsumers.join(edge, "a", "$share/g/jobs/#");
      assertThat(second).isNotDone();
    }
    assertThat(second.join().statusCode()).isEqualTo(200);
    await().until(() -> other.got.size() == 2);
    assertThat(edge.get(consumer + "/messages").statusCode()).isEqualTo(404);
    assertThat(ended("connection")).isEqualTo(1);
  }

  @Test
  void stream_ofASilentGroup_getsAnEmptyLineNowAndThen() throws Exception {
    String consumer = join("{}");
    try (InputStream body = stream(consumer)) {
      await().until(() -> member("").get("state").asText().equals("live"));
      for (int i = 0; i < 5; i++) {
        sweep(MessageStream.SILENT_SECONDS);
        assertThat(body.read()).isEqualTo('\n');
      }
      assertThat(member("").get("state").asText()).isEqualTo("live");
    }
  }

  @Test
  void stream_isEndedByAnotherOne_andTheConsumerStays() throws Exception {
    String consumer = join("{}");
    try (InputStream older = stream(consumer);
        Lines newer = Lines.of(stream(consumer))) {
      assertThat(older.read()).isEqualTo(-1);
      var _ = publish("jobs/1", "x");
      assertThat(newer.next().get("topic").asText()).isEqualTo("jobs/1");
    }
  }

  @Test
  void stream_thatIsNotRead_holdsNoMoreThanTheBound() throws Exception {
    String consumer = join("{\"inFlightMax\":1000}");
    try (Socket socket = unread(consumer)) {
      for (int i = 0; i < 200; i++) {
        publishLarge(1);
      }
      await().until(() -> group().get("waitingBytes").asLong() > 4 << 20);
      assertThat(member("").get("underWay").asLong() * (64 << 10))
          .isLessThan(SETTINGS.bytesMax() + (1 << 20));
      assertThat(socket.isConnected()).isTrue();
    }
  }

  @Test
  void stream_thatIsNotRead_ends_andItsConnectionWithIt() throws Exception {
    String consumer = join("{}");
    try (Socket socket = unread(consumer)) {
      for (int i = 0; i < 800; i++) {
        publishLarge(0); // 50 MiB: more than the buffers of both sockets
      }
      await().until(() -> member("").get("state").asText().equals("busy"));
      await().until(() -> group().get("dropped").asLong() > 0);
      double connections = edge.metric("herald_http_connections");
      sweep(61 + 61);
      await().until(() -> edge.metric("herald_http_consumers") == 0);
      assertThat(ended("slow")).isEqualTo(1);
      await("its connection, though nobody reads")
          .until(() -> edge.metric("herald_http_connections") < connections);
      assertThat(socket.isConnected()).isTrue();
    }
  }

  /** Opens a stream and does not read it. */
  private Socket unread(String consumer) throws Exception {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(8 << 10);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), edge.edge.port()));
    send(socket, consumer + "/messages", "application/x-ndjson");
    await().until(() -> member("").get("state").asText().equals("live"));
    return socket;
  }

  @Test
  void qos0_beyondTheBound_isDroppedAndCounted() throws Exception {
    FewConsumers first = FewConsumers.join(edge, "a", "$share/g/jobs/#");
    String consumer = join("{}");
    try (InputStream body = stream(consumer)) {
      await().until(() -> !group().toString().contains("\"busy\""));
      CountDownLatch held = new CountDownLatch(1);
      var _ = edge.edge.consumers().onLane(() -> await().until(() -> held.getCount() == 0));
      for (int i = 0; i < 100; i++) {
        publishLarge(0);
      }
      await().until(() -> first.got.size() == 50);
      held.countDown();
      await().until(() -> edge.metric("herald_http_consumer_messages_dropped_total") > 20);
      assertThat(body.read()).isEqualTo('{');
    }
  }

  // ---- several

  @Test
  void twoConsumers_andAnMqttMember_share() throws Exception {
    List<String> consumers = List.of(join("{}"), join("{}"));
    FewConsumers mqtt = FewConsumers.join(edge, "a", "$share/g/jobs/#");
    List<Lines> streams = new ArrayList<>();
    for (String consumer : consumers) {
      streams.add(Lines.of(stream(consumer)));
    }
    await().until(() -> !group().toString().contains("\"busy\""));
    List<CompletableFuture<HttpResponse<String>>> answers =
        Stream.generate(() -> publish("jobs/1", "x")).limit(30).toList();
    for (int i = 0; i < 2; i++) {
      String consumer = consumers.get(i);
      Lines lines = streams.get(i);
      var _ = CompletableFuture.runAsync(() -> acknowledge(consumer, lines));
    }
    answers.forEach(answer -> assertThat(answer.join().statusCode()).isEqualTo(200));
    assertThat(mqtt.got).isNotEmpty().hasSizeLessThan(30);
    JsonNode members = group().get("members");
    assertThat(members).hasSize(3).allMatch(one -> one.get("acknowledged").asInt() > 0);
    for (Lines lines : streams) {
      lines.close();
    }
  }

  // ---- bounds and bad input

  @Test
  void consumers_ofAnApp_areBounded_andOthersAreNotConcerned() throws Exception {
    List<String> own = List.of(join("{}"), join("{}"), join("{}"));
    assertThat(edge.json(CONSUMERS, "{}").statusCode()).isEqualTo(429);
    assertThat(edge.json(CONSUMERS.replace("/a/", "/b/"), "{}").statusCode()).isEqualTo(201);
    assertThat(edge.metric("herald_http_consumers_refused_total")).isEqualTo(1);
    assertThat(edge.send("DELETE", own.getFirst(), "").statusCode()).isEqualTo(204);
    assertThat(edge.json(CONSUMERS, "{}").statusCode()).isEqualTo(201);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "%24share%2Fg%2Fjobs%2F%23   | []                       | MALFORMED_REQUEST",
        "%24share%2Fg%2Fjobs%2F%23   | {\"inFlightMax\":0}      | FIELD_INVALID",
        "%24share%2Fg%2Fjobs%2F%23   | {\"inFlightMax\":1001}   | FIELD_INVALID",
        "%24share%2Fg%2Fjobs%2F%23   | {\"inFlightMax\":\"x\"}  | FIELD_INVALID",
        "%24share%2Fg%2Fjobs%2F%23   | {\"inFlightMax\":1.5}    | FIELD_INVALID",
        "%24share%2Fg%2Fjobs%2F%23   | {\"clientId\":7}         | FIELD_INVALID",
        "%24share%2Fg%2Fjobs%2F%23   | {\"clientId\":\"\\u0000\"} | FIELD_INVALID",
        "%24share%2Fg%2Fjobs%2F%23   | {\"clientId\":\"\"}      | FIELD_INVALID",
        "jobs                        | {}                       | TOPIC_FILTER_INVALID",
        "%24share%2F%2B%2Fjobs       | {}                       | TOPIC_FILTER_INVALID",
        "%24share%2Fg%2Fa%23         | {}                       | TOPIC_FILTER_INVALID",
        "%24share%2Fg%2F%24group%2Fg | {}                       | TOPIC_FILTER_INVALID",
        "%24share%2Fg%2F              | {}                       | TOPIC_FILTER_INVALID",
        "%ff                         | {}                       | MALFORMED_REQUEST",
      })
  void join_ofWhatCannotBe_isRefused(String filter, String body, String type) throws Exception {
    HttpResponse<String> answer =
        edge.json("/v1/apps/a/consumer-groups/" + filter + "/consumers", body);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("urn:herald:error:" + type + "\"");
    assertThat(edge.metric("herald_http_consumers")).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{",
        "{\"acknowledge\":\"1\"}",
        "{\"acknowledge\":[1]}",
        "{\"refuse\":[\"x\"]}",
        "{\"extend\":[null]}",
        "{\"extend\":[\"99999999999999999999\"]}",
        "{\"acknowledge\":[\"1\",\"1\"]}",
        "{\"acknowledge\":[\"1\"],\"refuse\":[\"01\"]}",
        "{\"acknowledge\":[],\"acknowledge\":[]}"
      })
  void answer_ofWhatCannotBe_isRefused_andNothingOfItTaken(String body) throws Exception {
    String consumer = join("{}");
    CompletableFuture<HttpResponse<String>> answer = publish("jobs/1", "x");
    assertThat(poll(consumer, "?wait=30")).hasSize(1);
    assertThat(edge.json(consumer + "/acknowledgements", body).statusCode()).isEqualTo(400);
    assertThat(answer).isNotDone();
    assertThat(say(consumer, "{\"acknowledge\":[\"1\"]}")).isEqualTo(outcome("acknowledged", "1"));
  }

  @Test
  void answer_toMoreThanItMay_isRefused() throws Exception {
    String consumer = join("{}");
    StringBuilder ids = new StringBuilder("\"0\"");
    for (int i = 1; i <= Replies.COUNT_MAX; i++) {
      ids.append(",\"").append(i).append('"');
    }
    HttpResponse<String> answer =
        edge.json(consumer + "/acknowledgements", "{\"acknowledge\":[" + ids + "]}");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("at most " + Replies.COUNT_MAX);
  }

  @Test
  void consumer_isOfItsAppAndGroupOnly_andNeverGivesWhatItHasNotSent() throws Exception {
    String consumer = join("{}");
    String other = consumer.replace("/a/", "/b/");
    String otherGroup = consumer.replace("share%2Fg", "share%2Fh");
    for (String path : List.of(other, otherGroup, CONSUMERS + "/none", CONSUMERS + "/%09")) {
      assertThat(edge.get(path + "/messages").statusCode()).isEqualTo(404);
      assertThat(edge.json(path + "/acknowledgements", "{}").statusCode()).isEqualTo(404);
      assertThat(edge.send("DELETE", path, "").statusCode()).isEqualTo(404);
    }
    for (String query : List.of("?wait=61", "?wait=-1", "?wait=x", "?limit=0", "?limit=1001")) {
      assertThat(edge.get(consumer + "/messages" + query).statusCode()).isEqualTo(400);
    }
    assertThat(edge.send("HEAD", consumer + "/messages", "").statusCode()).isEqualTo(405);
    assertThat(say(consumer, "{\"acknowledge\":[\"1\",\"-1\"],\"extend\":[\"2\"]}"))
        .contains("\"unknown\":[\"1\",\"-1\",\"2\"]");
  }

  // ---- the server stops

  @Test
  void stop_endsWhatWaits() throws Exception {
    String polling = join("{\"clientId\":\"p\"}");
    String streaming = join("{\"clientId\":\"s\"}");
    CompletableFuture<HttpResponse<String>> poll = later(polling + "/messages?wait=60");
    try (InputStream body = stream(streaming)) {
      await().until(() -> !group().toString().contains("\"busy\""));
      edge.edge.close();
      assertThat(body.read()).isEqualTo(-1);
      assertThat(poll.join().body()).contains("SHUTTING_DOWN");
      assertThat(ended("shutdown")).isEqualTo(2);
    }
  }
}
