package dev.herald.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.herald.core.chat.Entry;
import dev.herald.core.chat.Place;
import dev.herald.core.chat.Seat;
import dev.herald.core.registry.Registry.ChatKey;
import dev.herald.core.registry.Registry.Node;
import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Chats over HTTP. */
class ChatResourcesIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CHATS = "/v1/apps/app/chats";

  @TempDir Path data;
  private EdgeFixture edge;

  @BeforeEach
  void start() throws Exception {
    edge = EdgeFixture.start(data);
  }

  @AfterEach
  void stop() {
    edge.close();
  }

  @Test
  void chat_isTold_spokenIn_andEnded() throws Exception {
    TestSeat ann = join(edge, "app", "team/1", "ann-phone", "ann");
    assertThat(ann.next().get("$chat").asText()).isEqualTo("joined");
    String path = CHATS + "/team%2F1";

    HttpResponse<String> answer = edge.get(path);
    assertThat(answer.statusCode()).isEqualTo(200);
    JsonNode chat = JSON.readTree(answer.body());
    assertThat(chat.get("chatId").asText()).isEqualTo("team/1");
    assertThat(chat.at("/owner/nodeId").asText()).isEqualTo("node-1");
    assertThat(chat.at("/owner/host").asText()).isEqualTo("127.0.0.1");
    assertThat(chat.get("epoch").asLong()).isPositive();
    assertThat(chat.at("/creator/userId").asText()).isEqualTo("ann");
    assertThat(chat.at("/participants/0/clientId").asText()).isEqualTo("ann-phone");
    assertThat(chat.at("/participants/0/present").asBoolean()).isTrue();

    answer = edge.json(path + "/messages", "{\"userId\":\"shop\",\"content\":\"good day\"}");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{\"seq\":2}");
    Message said = ann.message();
    assertThat(said.topic()).isEqualTo("$chat/team%2F1");
    assertThat(said.payload()).asString().isEqualTo("good day");
    assertThat(said.properties().userProperties()).containsExactly("user", "shop", "seq", "2");

    assertThat(edge.send("DELETE", path, "").statusCode()).isEqualTo(204);
    JsonNode ended = ann.next();
    assertThat(ended.get("$chat").asText()).isEqualTo("ended");
    assertThat(ended.get("participantCount").asInt()).isZero();
    assertThat(ended.has("clientId")).isFalse();
    assertThat(edge.send("DELETE", path, "").statusCode()).isEqualTo(404);
    assertThat(edge.get(path).statusCode()).isEqualTo(404);
    assertThat(edge.json(path + "/messages", "{\"content\":\"x\"}").statusCode()).isEqualTo(404);
  }

  @Test
  void event_isOneDocument() throws Exception {
    TestSeat ann = join(edge, "app", "c", "ann-phone", "ann");
    Message event = ann.message();
    assertThat(event.payload())
        .asString()
        .matches(
            "\\{\"\\$chat\":\"joined\",\"chatId\":\"c\",\"seq\":1,\"time\":[0-9]{13},"
                + "\"clientId\":\"ann-phone\",\"userId\":\"ann\",\"participantCount\":1\\}");
    assertThat(event.properties().contentType()).isEqualTo("application/json");
  }

  @Test
  void list_pageByPage() throws Exception {
    for (String id : new String[] {"b", "a", "c d"}) {
      join(edge, "app", id, "ann", "").message();
    }
    join(edge, "other", "z", "ann", "").message();
    JsonNode first = JSON.readTree(edge.get(CHATS + "?limit=2").body());
    assertThat(first.get("chats").findValuesAsText("chatId")).containsExactly("a", "b");
    assertThat(first.at("/chats/0/participantCount").asInt()).isEqualTo(1);
    String next = first.get("after").asText();
    assertThat(next).as("a cursor, as in other lists").isEqualTo("Yg");
    JsonNode second = JSON.readTree(edge.get(CHATS + "?limit=2&after=" + next).body());
    assertThat(second.get("chats").findValuesAsText("chatId")).containsExactly("c d");
    assertThat(second.get("after").isNull()).isTrue();
    assertThat(edge.get("/v1/apps/none/chats").body()).isEqualTo("{\"chats\":[],\"after\":null}");
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/apps/app/chats?limit=0, 400",
    "/v1/apps/app/chats?limit=1001, 400",
    "/v1/apps/app/chats?limit=x, 400",
    "/v1/apps/app/chats?after=1&after=2, 400",
    "/v1/apps/app/chats?after=b!, 400",
    "/v1/apps/app/chats/none, 404",
    "/v1/apps/app/chats/%00, 400",
    "/v1/apps/app/chats/%FF, 400"
  })
  void get_badInput(String path, int status) throws Exception {
    HttpResponse<String> answer = edge.get(path);
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"content\":7}",
        "{\"content\":null}",
        "{\"content\":\"a\",\"content\":\"b\"}",
        "{\"content\":\"a\",\"userId\":\"\"}",
        "{\"content\":\"a\",\"userId\":7}",
        "{\"content\":\"half \\uD83D of a pair\"}",
        "{\"content\":\"{\\\"$chat\\\":\\\"ended\\\"}\"}",
        "{\"content\":\"a\"} {}"
      })
  void say_badInput(String body) throws Exception {
    TestSeat ann = join(edge, "app", "c", "ann", "");
    ann.message();
    assertThat(edge.json(CHATS + "/c/messages", body).statusCode()).isEqualTo(400);
    assertThat(edge.json(CHATS + "/c/messages", "{\"content\":\"fine\"}").statusCode())
        .isEqualTo(200);
    assertThat(ann.message().payload()).asString().isEqualTo("fine");
  }

  @Test
  void say_moreThanTheLimit() throws Exception {
    TestSeat ann = join(edge, "app", "c", "ann", "");
    ann.message();
    String words = "{\"content\":\"" + "x".repeat(65_537) + "\"}";
    HttpResponse<String> answer = edge.json(CHATS + "/c/messages", words);
    assertThat(answer.statusCode()).isEqualTo(429);
    assertThat(answer.body()).contains("65536 bytes");
  }

  @Test
  void chatOfAnotherNode_isRedirected() throws Exception {
    Node other = new Node("node-2", "10.1.2.3", "1", 1, 2, 8123, 1);
    var lease = edge.registry.register(other, Duration.ofMinutes(10));
    Object _ =
        edge.registry.takeChat(new ChatKey("app", "c/d"), lease).toCompletableFuture().join();
    String path = CHATS + "/c%2Fd";
    String there = "http://10.1.2.3:8123" + path;
    HttpResponse<String> read = edge.get(path + "?x=1");
    assertThat(read.statusCode()).isEqualTo(307);
    assertThat(read.headers().firstValue("location")).contains(there + "?x=1");
    HttpResponse<String> ended = edge.send("DELETE", path, "");
    assertThat(ended.statusCode()).isEqualTo(307);
    assertThat(ended.headers().firstValue("location")).contains(there);
    HttpResponse<String> said = edge.json(path + "/messages", "{\"content\":\"x\"}");
    assertThat(said.statusCode()).isEqualTo(307);
    assertThat(said.headers().firstValue("location")).contains(there + "/messages");
    lease.close();
    assertThat(edge.get(path).statusCode()).isEqualTo(404);
  }

  static TestSeat join(EdgeFixture edge, String app, String chat, String client, String user) {
    TestSeat seat = new TestSeat(edge.lane, new Seat.Who(client, user));
    CompletableFuture<Entry> joined = new CompletableFuture<>();
    edge.chats.join(new ChatKey(app, chat), seat, false, joined);
    assertThat(joined.join()).isInstanceOf(Place.class);
    return seat;
  }

  /** A participant. */
  static final class TestSeat implements Seat {
    private final Lane lane;
    private final Who who;
    private final BlockingQueue<Message> told = new LinkedBlockingQueue<>();

    TestSeat(Lane lane, Who who) {
      this.lane = lane;
      this.who = who;
    }

    @Override
    public Lane lane() {
      return lane;
    }

    @Override
    public Who who() {
      return who;
    }

    @Override
    public void take(Message message) {
      told.add(message);
    }

    @Override
    public void closed() {}

    Message message() throws InterruptedException {
      Message next = told.poll(10, TimeUnit.SECONDS);
      assertThat(next).as("a message").isNotNull();
      return next;
    }

    JsonNode next() throws Exception {
      return JSON.readTree(new String(message().payload(), StandardCharsets.UTF_8));
    }
  }
}
