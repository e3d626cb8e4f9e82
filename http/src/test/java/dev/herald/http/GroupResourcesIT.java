package dev.herald.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.herald.core.event.GroupCommand.Outcome;
import dev.herald.core.event.GroupLimits;
import dev.herald.core.group.GroupCommands.Draft;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The resources under {@code /v1/apps}. */
class GroupResourcesIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path data;
  private static EdgeFixture edge;

  @BeforeAll
  static void start() throws IOException {
    edge = EdgeFixture.start(data);
  }

  @AfterAll
  static void stop() {
    edge.close();
  }

  private static JsonNode post(String path, String json, int status) throws Exception {
    HttpResponse<String> answer = edge.json("/v1/apps/" + path, json);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    return JSON.readTree(answer.body());
  }

  private static JsonNode get(String path) throws Exception {
    HttpResponse<String> answer = edge.get("/v1/apps/" + path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static void say(String appAndGroup, String content) throws Exception {
    post(appAndGroup + "/messages", "{\"userId\":\"u\",\"content\":\"" + content + "\"}", 201);
  }

  private static void assertProblem(HttpResponse<String> answer, int status, String why)
      throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
    JsonNode problem = JSON.readTree(answer.body());
    assertThat(problem.get("status").asInt()).isEqualTo(status);
    assertThat(problem.get("detail").asText()).contains(why);
    assertThat(problem.get("type").asText()).startsWith("urn:herald:error:");
  }

  @Test
  void message_isCreatedOnce_recalledOnce() throws Exception {
    String body = "{\"userId\":\"u\",\"content\":\"hi\",\"clientMessageId\":\"c\",\"type\":3}";
    HttpResponse<String> first = edge.json("/v1/apps/one/groups/g%2F1/messages", body);
    assertThat(first.statusCode()).isEqualTo(201);
    JsonNode message = JSON.readTree(first.body());
    assertThat(message.get("groupId").asText()).isEqualTo("g/1");
    assertThat(message.get("type").asInt()).isEqualTo(3);
    String location = first.headers().firstValue("location").orElseThrow();
    assertThat(location)
        .isEqualTo("/v1/apps/one/groups/g%2F1/messages/" + message.get("messageId").asText());
    HttpResponse<String> second = edge.json("/v1/apps/one/groups/g%2F1/messages", body);
    assertThat(second.statusCode()).isEqualTo(200);
    assertThat(second.body()).isEqualTo(first.body());
    assertThat(second.headers().firstValue("location")).contains(location);

    String recall = "{\"userId\":\"boss\",\"recallCause\":\"typo\"}";
    HttpResponse<String> recalled = edge.json(location + "/recall", recall);
    assertThat(recalled.statusCode()).isEqualTo(200);
    assertThat(recalled.body())
        .contains("\"content\":\"\"", "\"recallCause\":\"typo\"", "\"recalledBy\":\"boss\"}");
    assertProblem(edge.json(location + "/recall", ""), 409, "was recalled before");
    assertProblem(
        edge.json(location.replace("apps/one", "apps/two") + "/recall", ""), 404, "no message");
    assertProblem(
        edge.json(location.replace("g%2F1", "g") + "/recall", ""), 404, "there is no message");
  }

  @Test
  void recall_withoutABody_works() throws Exception {
    JsonNode message = post("bare/groups/g/messages", "{\"userId\":\"u\",\"content\":\"x\"}", 201);
    JsonNode recalled =
        post("bare/groups/g/messages/" + message.get("messageId").asText() + "/recall", "", 200);
    assertThat(recalled.get("recalledBy").isNull()).isTrue();
    assertThat(recalled.get("recallTime").asLong()).isPositive();
  }

  @Test
  void notice_isPublishedOnce_deletedOnce() throws Exception {
    String body = "{\"userId\":\"u\",\"title\":\"t\",\"content\":\"c\",\"clientMessageId\":\"n\"}";
    JsonNode notice = post("n/groups/g/notices", body, 201);
    assertThat(post("n/groups/g/notices", body, 200)).isEqualTo(notice);
    String path = "/v1/apps/n/groups/g/notices/" + notice.get("informationId").asText();
    assertProblem(edge.send("DELETE", path.replace("apps/n", "apps/m"), ""), 404, "no notice");
    HttpResponse<String> deleted = edge.send("DELETE", path + "?userId=boss", "");
    assertThat(deleted.statusCode()).isEqualTo(200);
    assertThat(deleted.body()).contains("\"status\":0", "\"deletedBy\":\"boss\"}");
    assertProblem(edge.send("DELETE", path, ""), 409, "was deleted before");
  }

  @Test
  void messages_arePagedBothWays_ofAGroupAndOfAUser() throws Exception {
    for (int i = 1; i <= 5; i++) {
      say("paged/groups/g" + i % 2, "m" + i);
    }
    JsonNode latest = get("paged/users/u/messages?limit=2");
    assertThat(contents(latest)).isEqualTo("[m4, m5]");
    JsonNode older = get("paged/users/u/messages?limit=2&before=" + latest.get("before").asText());
    assertThat(contents(older)).isEqualTo("[m2, m3]");
    JsonNode newer = get("paged/users/u/messages?limit=9&after=" + older.get("after").asText());
    assertThat(contents(newer)).isEqualTo("[m4, m5]");
    JsonNode none = get("paged/users/u/messages?after=" + newer.get("after").asText());
    assertThat(contents(none)).isEqualTo("[]");
    assertThat(none.get("before").asText()).isEqualTo(newer.get("after").asText());
    assertThat(contents(get("paged/groups/g1/messages"))).isEqualTo("[m1, m3, m5]");
    assertThat(contents(get("paged/groups/g1/messages?userId=u&limit=1"))).isEqualTo("[m5]");
    assertThat(contents(get("paged/groups/g1/messages?userId=v"))).isEqualTo("[]");
    String own = "/v1/apps/paged/groups/g1/messages";
    assertProblem(edge.get(own + "?before=x"), 400, "before is no cursor of this server");
    assertProblem(edge.get(own + "?after=%25%25"), 400, "after is no cursor of this server");
    assertProblem(
        edge.get(
            own
                + "?before="
                + latest.get("before").asText()
                + "&after="
                + latest.get("after").asText()),
        400,
        "cannot be given together");
    assertProblem(edge.get(own + "?limit=0"), 400, "limit must be 1 to 1000");
  }

  private static String contents(JsonNode page) {
    return page.get("messages").findValuesAsText("content").toString();
  }

  @Test
  void message_hasATag_thatChangesWithItsRecall() throws Exception {
    HttpResponse<String> created =
        edge.json("/v1/apps/tag/groups/g/messages", "{\"userId\":\"u\",\"content\":\"x\"}");
    String path = created.headers().firstValue("location").orElseThrow();
    HttpResponse<String> first = edge.get(path);
    assertThat(first.body()).isEqualTo(created.body());
    String tag = first.headers().firstValue("etag").orElseThrow();
    assertThat(edge.get(path, "If-None-Match", tag).statusCode()).isEqualTo(304);
    assertThat(edge.json(path + "/recall", "").statusCode()).isEqualTo(200);
    HttpResponse<String> second = edge.get(path, "If-None-Match", tag);
    assertThat(second.statusCode()).isEqualTo(200);
    assertThat(second.body()).contains("\"content\":\"\"");
    assertProblem(edge.get(path.replace("groups/g", "groups/h")), 404, "no message");
    assertProblem(edge.get(path.replace("apps/tag", "apps/gat")), 404, "no message");
    assertProblem(edge.get("/v1/apps/tag/groups/g/messages/x"), 400, "messageId must be");
  }

  @Test
  void notices_newestFirst_pagedAndTagged() throws Exception {
    for (int i = 1; i <= 3; i++) {
      post(
          "board/groups/g/notices",
          "{\"userId\":\"u\",\"title\":\"t" + i + "\",\"content\":\"\"}",
          201);
    }
    JsonNode page = get("board/groups/g/notices?limit=2");
    assertThat(page.get("notices").findValuesAsText("title").toString()).isEqualTo("[t3, t2]");
    JsonNode rest = get("board/groups/g/notices?limit=2&before=" + page.get("before").asText());
    assertThat(rest.get("notices").findValuesAsText("title").toString()).isEqualTo("[t1]");
    assertThat(rest.get("before").isNull()).isTrue();
    String list = "/v1/apps/board/groups/g/notices";
    String tag = edge.get(list).headers().firstValue("etag").orElseThrow();
    assertThat(edge.get(list, "If-None-Match", tag).statusCode()).isEqualTo(304);
    String one = list + "/" + rest.get("notices").get(0).get("informationId").asText();
    assertThat(edge.get(one).body()).isEqualTo(rest.get("notices").get(0).toString());
    assertThat(edge.send("DELETE", one, "").statusCode()).isEqualTo(200);
    assertThat(edge.get(one).body()).contains("\"status\":0");
    assertThat(edge.get(list, "If-None-Match", tag).statusCode()).isEqualTo(200);
    assertProblem(edge.get(one.replace("groups/g", "groups/h")), 404, "no notice");
  }

  @Test
  void groupsOfAUser_haveTheLastMessageAndWhatIsUnread() throws Exception {
    String members = "/v1/apps/unread/groups/";
    assertThat(edge.send("PUT", members + "g/members/reader", "").statusCode()).isEqualTo(204);
    assertThat(edge.send("PUT", members + "g/members/reader", "").statusCode()).isEqualTo(204);
    for (int i = 1; i <= 3; i++) {
      say("unread/groups/g", "m" + i);
    }
    JsonNode group = get("unread/users/reader/groups").get("groups").get(0);
    assertThat(group.get("groupId").asText()).isEqualTo("g");
    assertThat(group.get("unread").asInt()).isEqualTo(3);
    assertThat(group.get("readSeq").asInt()).isZero();
    assertThat(group.get("lastMessage").get("content").asText()).isEqualTo("m3");
    String read = members + "g/read";
    assertThat(edge.send("PUT", read, "{\"userId\":\"reader\",\"seq\":2}").statusCode())
        .isEqualTo(204);
    assertThat(edge.send("PUT", read, "{\"userId\":\"reader\",\"seq\":1}").statusCode())
        .isEqualTo(204);
    group = get("unread/users/reader/groups").get("groups").get(0);
    assertThat(group.get("unread").asInt()).isEqualTo(1);
    assertThat(group.get("readSeq").asInt()).isEqualTo(2);
    assertProblem(
        edge.send("PUT", read, "{\"userId\":\"reader\",\"seq\":4}"), 400, "seq must be at most 3");
    assertProblem(
        edge.send("PUT", read, "{\"userId\":\"reader\",\"seq\":-1}"), 400, "seq must be 0 or");
    assertProblem(edge.send("PUT", read, "{\"userId\":\"reader\"}"), 400, "seq is missing");
    assertProblem(edge.send("PUT", read, "{\"seq\":1}"), 400, "userId is missing");
    assertThat(get("unread/users/nobody/groups").toString()).isEqualTo("{\"groups\":[]}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a/groups/g/messages|{}|userId is missing",
        "a/groups/g/messages|{'userId':'u'}|content is missing",
        "a/groups/g/messages|{'userId':7,'content':''}|userId must be a JSON string",
        "a/groups/g/messages|[]|a JSON object is expected",
        "a/groups/%FF/messages|{'userId':'u','content':''}|groupId is not valid UTF-8",
        "a/groups/g/messages/x/recall|{}|messageId must be a whole number",
        "a/groups/g/messages/1/recall|{'recallCause':1}|recallCause must be a JSON string",
        "a/groups/g/messages/1/recall|{'userId':''}|userId must have 1 to 127 characters",
        "a/groups/g/notices|{'userId':'u','content':''}|title is missing",
      })
  void post_malformed_is400NamingTheField(String path, String json, String why) throws Exception {
    long before = edge.eventCount();
    assertProblem(edge.json("/v1/apps/" + path, json.replace('\'', '"')), 400, why);
    assertThat(edge.eventCount()).isEqualTo(before);
  }

  /** Only over HTTP/2 does another request get through before the body has come. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/apps/a/groups/g/messages/x/recall",
        "/v1/apps/a/groups/%FF/notices",
        "/v1/apps/a/groups/g",
        "/v1/nothing"
      })
  void post_refusedBeforeItsBodyCame_isAnsweredAfterIt(String path) throws Exception {
    edge.get("/health");
    Supplier<InputStream> later =
        () -> {
          try {
            edge.get("/health");
          } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
          }
          return new ByteArrayInputStream(new byte[] {' '});
        };
    HttpRequest request =
        HttpRequest.newBuilder(edge.uri(path)).POST(BodyPublishers.ofInputStream(later)).build();
    HttpResponse<String> answer = edge.client.send(request, BodyHandlers.ofString());
    assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(answer.statusCode()).isBetween(400, 405);
  }

  @Test
  void path_withAControlCharacter_is400() throws Exception {
    assertProblem(edge.get("/v1/apps/a/groups/%00/messages"), 400, "the request cannot be read");
  }

  @Test
  void groupsOfAnApp_inPages_haveTheLastMessage() throws Exception {
    List<String> ids = List.of("a b", "a/c", "b", "z");
    for (String id : ids) {
      String path = "list/groups/" + id.replace(" ", "%20").replace("/", "%2F");
      say(path, "first");
      say(path, "last in " + id);
    }
    say("another/groups/c", "elsewhere");
    assertThat(edge.send("PUT", "/v1/apps/list/groups/empty/members/u", "").statusCode())
        .isEqualTo(204);
    edge.prune("list", "b", 1);

    List<String> found = new ArrayList<>();
    String after = "";
    while (after != null) {
      JsonNode page = get("list/groups?limit=2&after=" + after);
      page.get("groups").forEach(group -> found.add(group.get("groupId").asText()));
      after = page.get("after").textValue();
    }
    assertThat(found).containsExactly("a b", "a/c", "b", "empty", "z");

    JsonNode groups = get("list/groups").get("groups");
    assertThat(groups.get(0).get("messageTotal").asLong()).isEqualTo(2);
    assertThat(groups.get(0).get("prunedSeq").asLong()).isZero();
    JsonNode pruned = groups.get(2);
    assertThat(pruned.get("seq").asLong()).isEqualTo(2);
    assertThat(pruned.get("prunedSeq").asLong()).isEqualTo(1);
    assertThat(pruned.get("messageTotal").asLong()).isEqualTo(1);
    assertThat(pruned.at("/lastMessage/content").asText()).isEqualTo("last in b");
    assertThat(pruned.get("updateTime"))
        .isEqualTo(get("list/groups/b/messages").at("/messages/0/createTime"));
    assertThat(groups.get(3).toString())
        .isEqualTo(
            "{\"groupId\":\"empty\",\"seq\":0,\"prunedSeq\":0,\"updateTime\":0,"
                + "\"messageTotal\":0,\"lastMessage\":null}");
    for (String cursor : new String[] {"*", "%FF", "_w"}) {
      assertProblem(edge.get("/v1/apps/list/groups?after=" + cursor), 400, "after");
    }
    assertProblem(edge.get("/v1/apps/list/groups?limit=0"), 400, "limit");
  }

  @Test
  void events_keptNoLonger_areTold() throws Exception {
    for (int i = 1; i <= 4; i++) {
      say("pruned/groups/g", "m" + i);
    }
    edge.prune("pruned", "g", 2);
    JsonNode page = get("pruned/groups/g/events");
    assertThat(page.get("events")).hasSize(2);
    assertThat(page.get("prunedSeq").asLong()).isEqualTo(2);
    assertThat(get("pruned/groups/g/events?after=1").get("prunedSeq").asLong()).isEqualTo(2);
    assertThat(get("pruned/groups/g/events?after=2").has("prunedSeq")).isFalse();

    edge.prune("pruned", "g", 4);
    assertThat(get("pruned/groups/g/events?after=3&wait=60").toString())
        .as("told at once")
        .isEqualTo("{\"events\":[],\"next\":4,\"prunedSeq\":4}");
    assertThat(get("pruned/groups/g/events?after=4").toString())
        .isEqualTo("{\"events\":[],\"next\":4}");
    assertThat(edge.get("/v1/apps/pruned/groups/g/export").body()).isEmpty();
    assertThat(get("pruned/groups/g/messages").get("messages")).isEmpty();
    assertThat(get("pruned/users/u/messages").get("messages")).isEmpty();
    JsonNode seen = get("pruned/users/u/groups").at("/groups/0");
    assertThat(seen.get("unread").asLong()).isZero();
    assertThat(seen.get("messageTotal").asLong()).isZero();
  }

  @Test
  void events_inPages_andTheWholeAsExport() throws Exception {
    for (int i = 1; i <= 200; i++) {
      say("pages/groups/g", "m" + i);
    }
    JsonNode first = get("pages/groups/g/events");
    assertThat(first.get("events")).hasSize(100);
    assertThat(first.get("next").asLong()).isEqualTo(100);
    JsonNode second = get("pages/groups/g/events?after=100&limit=1000");
    assertThat(second.get("events")).hasSize(100);
    assertThat(second.get("events").get(0).get("seq").asLong()).isEqualTo(101);
    assertThat(get("pages/groups/g/events?after=200").toString())
        .isEqualTo("{\"events\":[],\"next\":200}");

    HttpResponse<String> export = edge.get("/v1/apps/pages/groups/g/export");
    assertThat(export.headers().firstValue("content-type")).contains("application/x-ndjson");
    List<JsonNode> lines = new ArrayList<>();
    for (String line : export.body().lines().toList()) {
      lines.add(JSON.readTree(line));
    }
    assertThat(lines).hasSize(200);
    assertThat(lines.getFirst()).isEqualTo(first.get("events").get(0));
    assertThat(lines.getLast()).isEqualTo(second.get("events").get(99));
    assertThat(edge.get("/v1/apps/pages/groups/none/export").body()).isEmpty();
  }

  /** What is recalled while the reader of a large export takes its time is gone from the rest. */
  @Test
  void export_isMadeAsItIsTaken_notBefore() throws Exception {
    String content = "x".repeat(GroupLimits.CONTENT_BYTES_MAX);
    Outcome last = null;
    for (int i = 0; i < 1000; i++) {
      last =
          edge.commands
              .create(new Draft("large", "g", "u", content, null, null))
              .toCompletableFuture()
              .join();
    }
    long lastId = Objects.requireNonNull(last).message().messageId();
    HttpRequest request =
        HttpRequest.newBuilder(edge.uri("/v1/apps/large/groups/g/export"))
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    HttpResponse<InputStream> export = edge.client.send(request, BodyHandlers.ofInputStream());
    try (var lines = new BufferedReader(new InputStreamReader(export.body(), UTF_8))) {
      assertThat(lines.readLine()).contains("\"seq\":1,");
      String recall = "/v1/apps/large/groups/g/messages/" + lastId + "/recall";
      assertThat(edge.json(recall, "{}").statusCode()).isEqualTo(200);
      List<String> rest = lines.lines().skip(998).toList();
      assertThat(rest).hasSize(2);
      assertThat(rest.getFirst()).contains("\"seq\":1000,", "\"content\":\"\"");
      assertThat(rest.getLast()).startsWith("{\"event\":\"recall\",\"seq\":1001,");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "after=-1|after must be 0 or greater",
        "after=x|after must be a whole number",
        "limit=0|limit must be 1 to 1000",
        "limit=1001|limit must be 1 to 1000",
        "wait=-1|wait must be 0 to 60",
        "wait=61|wait must be 0 to 60",
        "wait=1.5|wait must be a whole number",
        "wait=1&wait=2|wait is given more than once",
      })
  void events_malformed_is400NamingTheParameter(String query, String why) throws Exception {
    assertProblem(edge.get("/v1/apps/a/groups/g/events?" + query), 400, why);
  }

  private static CompletableFuture<HttpResponse<String>> waitFor(String path) {
    return edge.client.sendAsync(
        HttpRequest.newBuilder(edge.uri("/v1/apps/" + path)).build(), BodyHandlers.ofString());
  }

  private static long waits() {
    return edge.metric("herald_http_event_waits");
  }

  @Test
  void events_wait_endsWithTheNextEventOfThatGroupOnly() throws Exception {
    long before = waits();
    CompletableFuture<HttpResponse<String>> answer = waitFor("wait/groups/g/events?wait=60");
    await().until(() -> waits() == before + 1);
    say("wait/groups/other", "x");
    say("wait2/groups/g", "x");
    assertThat(answer).isNotDone();
    say("wait/groups/g", "at last");
    assertThat(answer.join().body()).contains("at last").endsWith("\"next\":1}");
    await().until(() -> waits() == before);
  }

  @Test
  void events_wait_endsEmptyWhenTheTimeIsUp() throws Exception {
    assertThat(get("timeup/groups/g/events?after=7&wait=1").toString())
        .isEqualTo("{\"events\":[],\"next\":7}");
  }

  @Test
  void events_wait_ofAClientThatLeft_isForgotten() throws Exception {
    long before = waits();
    CompletableFuture<HttpResponse<String>> answer = waitFor("left/groups/g/events?wait=60");
    await().until(() -> waits() == before + 1);
    answer.cancel(true);
    await().until(() -> waits() == before);
  }

  @Test
  void events_wait_tooMany_areRefused() throws Exception {
    long before = waits();
    List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
    for (long i = before; i < 100; i++) {
      waiting.add(waitFor("many/groups/g/events?wait=60"));
    }
    await().until(() -> waits() == 100);
    assertProblem(
        edge.get("/v1/apps/many/groups/g/events?wait=60"), 429, "100 requests wait for events");
    assertThat(get("many/groups/g/events").get("next").asLong()).isZero();
    say("many/groups/g", "x");
    waiting.forEach(answer -> assertThat(answer.join().body()).endsWith("\"next\":1}"));
    await().until(() -> waits() == before);
  }

  @Test
  void events_followedUnderConstantWrites_haveNoGapAndNoRepeat() throws Exception {
    AtomicBoolean writing = new AtomicBoolean(true);
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              while (writing.get()) {
                edge.commands
                    .create(
                        new dev.herald.core.group.GroupCommands.Draft(
                            "busy", "g", "u", "x", null, null))
                    .toCompletableFuture()
                    .join();
              }
            });
    try {
      long next = 0;
      while (next < 500) {
        JsonNode page = get("busy/groups/g/events?limit=3&wait=10&after=" + next);
        for (JsonNode event : page.get("events")) {
          assertThat(event.get("seq").asLong()).isEqualTo(++next);
        }
        assertThat(page.get("next").asLong()).isEqualTo(next);
      }
    } finally {
      writing.set(false);
      writer.join();
    }
  }
}
