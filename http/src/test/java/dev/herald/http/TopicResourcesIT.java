package dev.herald.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.consumer.Allowance;
import dev.herald.core.consumer.Consumer;
import dev.herald.core.consumer.Delivery;
import dev.herald.core.consumer.SharedFilter;
import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;
import dev.herald.core.route.Router;
import dev.herald.core.route.ThreadLane;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Publishing to topics over HTTP. */
class TopicResourcesIT {
  private static final String TOPICS = "/v1/apps/a/topics/";

  @TempDir Path data;
  private EdgeFixture edge;
  private ThreadLane lane;

  @BeforeEach
  void start() throws Exception {
    edge = EdgeFixture.start(data);
    lane = edge.lane;
  }

  @AfterEach
  void stop() {
    edge.close();
  }

  @Test
  void publish_isAnsweredWhenEveryGroupHasConsumed() throws Exception {
    Member g = join("$share/g/jobs/#");
    Member h = join("$share/h/jobs/+");
    CompletableFuture<HttpResponse<String>> answer =
        CompletableFuture.supplyAsync(() -> publish("jobs/1?key=k%20k&expiry=60", "hello"));
    Delivery first = g.next();
    lane.execute(first::acknowledged);
    Delivery second = h.next();
    assertThat(answer).isNotDone();
    lane.execute(second::acknowledged);

    assertThat(answer.join().statusCode()).isEqualTo(200);
    assertThat(answer.join().body()).isEqualTo("{\"groups\":2,\"subscribers\":0}");
    Message message = first.message();
    assertThat(message.topic()).isEqualTo("jobs/1");
    assertThat(message.payload()).isEqualTo("hello".getBytes(UTF_8));
    assertThat(message.properties().userProperty("key")).isEqualTo("k k");
    assertThat(message.properties().contentType()).isEqualTo("text/plain");
    assertThat(message.expiresAtMs()).isLessThan(Message.NEVER);
  }

  @Test
  void publish_toNobody_saysSo() {
    assertThat(publish("none", "x").body()).isEqualTo("{\"groups\":0,\"subscribers\":0}");
  }

  @Test
  void publish_thatNobodyConsumes_isAProblem() throws Exception {
    Member g = join("$share/g/jobs/#");
    CompletableFuture<HttpResponse<String>> answer =
        CompletableFuture.supplyAsync(() -> publish("jobs/1", "hello"));
    Delivery delivery = g.next();
    lane.execute(delivery::refused);
    assertThat(answer.join().statusCode()).isEqualTo(503);
    assertThat(answer.join().body())
        .contains("urn:herald:error:NOT_CONSUMED", "$share/g/jobs/#: its members refused it");
  }

  @Test
  void publish_waitsLongerThanOtherRequestsMayTake() throws Exception {
    Member g = join("$share/g/jobs/#");
    CompletableFuture<HttpResponse<String>> answer =
        CompletableFuture.supplyAsync(() -> publish("jobs/1", "hello"));
    Delivery delivery = g.next();
    // a request that began later has been answered as too long: its body never comes in full
    assertThat(edge.unfinished(TOPICS + "jobs/2")).startsWith("HTTP/1.1 503");
    assertThat(answer).isNotDone();
    lane.execute(delivery::acknowledged);
    assertThat(answer.join().body()).isEqualTo("{\"groups\":1,\"subscribers\":0}");
  }

  @Test
  void publish_thatTakesTooLong_isAnsweredAllTheSame() throws Exception {
    edge.close();
    edge =
        EdgeFixture.start(data.resolve("short"), EdgeFixture.publishTimeout(Duration.ofSeconds(1)));
    lane = edge.lane;
    Member g = join("$share/g/jobs/#");
    HttpResponse<String> answer = publish("jobs/1", "hello");
    assertThat(answer.statusCode()).isEqualTo(504);
    assertThat(answer.body()).contains("urn:herald:error:CONSUMPTION_UNKNOWN", "1000 ms");
    assertThat(edge.metric("herald_http_publish_timeouts_total")).isEqualTo(1);
    Delivery late = g.next();
    assertThat(late.message().topic()).isEqualTo("jobs/1");
    lane.execute(late::acknowledged);
    assertThat(publish("other", "hello").statusCode()).isEqualTo(200);
    assertThat(edge.metric("herald_http_publish_timeouts_total")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"topics", "groups", "chats", "consumer-groups", "v1", "apps"})
  void idsThatLookLikePartsOfThePath_meanNothingElse(String name) throws Exception {
    FewConsumers member = FewConsumers.join(edge, name, "$share/" + name + "/#");
    for (String topic : List.of(name, name + "/" + name, "topics/news", "a/topics/b/")) {
      HttpResponse<String> answer =
          edge.post("/v1/apps/" + name + "/topics/" + topic, "x".getBytes(UTF_8));
      assertThat(answer.body()).isEqualTo("{\"groups\":1,\"subscribers\":0}");
      assertThat(member.got.remove().topic()).isEqualTo(topic);
    }
    String filter = "%24share%2F" + name + "%2F%23";
    assertThat(edge.get("/v1/apps/" + name + "/consumer-groups/" + filter).statusCode())
        .isEqualTo(200);
    String group = "/v1/apps/" + name + "/groups/" + name;
    HttpResponse<String> made =
        edge.json(group + "/messages", "{\"userId\":\"u\",\"content\":\"c\"}");
    assertThat(made.statusCode()).isEqualTo(201);
    assertThat(edge.get(group + "/messages").body()).contains("\"groupId\":\"" + name + "\"");
    ChatResourcesIT.join(edge, name, name, "ann", "");
    assertThat(edge.get("/v1/apps/" + name + "/chats/" + name).body())
        .contains("\"chatId\":\"" + name + "\"");
  }

  @Test
  void publish_toAnAppThatNobodyCameTo_makesNone() {
    long apps = edge.metric("herald_apps");
    for (int i = 0; i < 5; i++) {
      assertThat(publish("none", "x").body()).isEqualTo("{\"groups\":0,\"subscribers\":0}");
    }
    assertThat(edge.metric("herald_apps")).isEqualTo(apps).isZero();
  }

  @Test
  void publish_whileSubscribersDoNotKeepUp_saysSo() throws Exception {
    FewConsumers.join(edge, "a", "$share/g/jobs");
    CompletableFuture<Void> blocked = new CompletableFuture<>();
    lane.execute(blocked::join);
    edge.router.run(lane, (int) Router.CONGESTED_BYTES + 1, () -> {});
    HttpResponse<String> answer = publish("jobs", "x");
    HttpResponse<String> notification =
        edge.json("/v1/apps/a/notifications", "{\"targets\":[{\"all\":true}],\"content\":\"x\"}");
    blocked.complete(null);
    for (HttpResponse<String> refused : List.of(answer, notification)) {
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.body()).contains("urn:herald:error:SUBSCRIBERS_BUSY");
    }
    CompletableFuture.runAsync(() -> {}, lane::execute).join();
    assertThat(publish("jobs", "x").statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a%23", "%2B/a", "$SYS/x", "%24group/g", "a%00", "a?expiry=-1", "a?key=%00"})
  void publish_ofWhatCannotBe_isRefused(String topic) {
    HttpResponse<String> answer = publish(topic, "x");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("urn:herald:error:");
  }

  private HttpResponse<String> publish(String topic, String text) {
    try {
      return edge.post(TOPICS + topic, text.getBytes(UTF_8), "Content-Type", "text/plain");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private Member join(String filter) {
    Member member = new Member(lane);
    CompletableFuture<Void> joined = new CompletableFuture<>();
    lane.execute(() -> {
      Allowance allowance = new Allowance(10, 1 << 20);
      edge.apps.get("a").consumers().join(SharedFilter.of(filter), member, allowance).ready();
      joined.complete(null);
    });
    joined.join();
    return member;
  }

  /** A member that answers when the test says so. */
  private record Member(Lane lane, BlockingQueue<Delivery> got) implements Consumer {
    Member(Lane lane) {
      this(lane, new LinkedBlockingQueue<>());
    }

    Delivery next() throws InterruptedException {
      Delivery delivery = got.poll(10, TimeUnit.SECONDS);
      if (delivery == null) {
        throw new AssertionError("nothing came");
      }
      return delivery;
    }

    @Override
    public String clientId() {
      return "";
    }

    @Override
    public void take(Message message) {
      throw new AssertionError("of QoS 0");
    }

    @Override
    public void take(Delivery delivery) {
      got.add(delivery);
    }

    @Override
    public void handedOver() {}
  }
}
