package dev.herald.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.consumer.Allowance;
import dev.herald.core.consumer.Consumer;
import dev.herald.core.consumer.Delivery;
import dev.herald.core.consumer.SharedFilter;
import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;
import dev.herald.core.route.ThreadLane;
import java.net.http.HttpResponse;
import java.nio.file.Path;
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
  void publish_thatTakesTooLong_isAnsweredAllTheSame() throws Exception {
    Member g = join("$share/g/jobs/#");
    assertThat(publish("jobs/1", "hello").statusCode()).isEqualTo(503);
    assertThat(g.next().message().topic()).isEqualTo("jobs/1");
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
