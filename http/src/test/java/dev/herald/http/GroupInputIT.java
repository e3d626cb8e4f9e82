package dev.herald.http;

import static dev.herald.testkit.GroupInputs.quoted;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.herald.testkit.GroupInputs;
import dev.herald.testkit.GroupInputs.BadField;
import dev.herald.testkit.GroupInputs.BadId;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What callers may put into every field of contract, resources and gateway frames, and what not.
 */
class GroupInputIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String V1 = "/v1/apps/a/groups/g/";
  private static final String UNREADABLE = "the request cannot be read";
  private static final String RANGE = "&startTime=0&endTime=9999999999999&pageNum=1&pageSize=9";

  /** The fields of what is sent as JSON, and where to. */
  private static final Map<String, List<String>> POSTED =
      Map.of(
          "/chat/message/create",
          List.of("appId", "groupId", "userId", "content", "type", "clientMessageId"),
          "/chat/message/recall",
          List.of("messageId", "recallCause"),
          "/notice/information/create",
          List.of("appId", "groupId", "userId", "title", "content", "jumpUrl", "type"),
          "/notice/information/delete",
          List.of("informationId"),
          V1 + "messages",
          List.of("userId", "content", "type", "clientMessageId"),
          V1 + "messages/1/recall",
          List.of("recallCause"),
          V1 + "notices",
          List.of("userId", "title", "content", "jumpUrl", "type", "clientMessageId"));

  /** The parameters of what is asked for by a query, and where. */
  private static final Map<String, List<String>> ASKED = asked();

  @TempDir static Path data;
  private static EdgeFixture edge;

  private static Map<String, List<String>> asked() {
    Map<String, List<String>> asked = new LinkedHashMap<>();
    for (String what : new String[] {"/chat/message/", "/notice/information/"}) {
      List<String> page = List.of("startTime", "endTime", "pageNum", "pageSize");
      asked.put(what + "findByGroupId", with(page, "appId", "groupId"));
      asked.put(what + "findByUserId", with(page, "appId", "userId"));
      asked.put(what + "findByGroupIdAndUserId", with(page, "appId", "groupId", "userId"));
    }
    List<String> beside = List.of("appId", "groupId", "messageId", "pageSize");
    asked.put("/chat/message/findBeforeByMessageId", beside);
    asked.put("/chat/message/findAfterByMessageId", beside);
    asked.put("/chat/group/findGroupListByUserId", List.of("appId", "userId"));
    return asked;
  }

  private static List<String> with(List<String> names, String... more) {
    List<String> all = new ArrayList<>(List.of(more));
    all.addAll(names);
    return all;
  }

  @BeforeAll
  static void start() throws IOException {
    edge = EdgeFixture.start(data);
  }

  @AfterAll
  static void stop() {
    edge.close();
  }

  private static String good(String field) {
    return switch (field) {
      case "type", "messageId", "informationId", "pageNum", "pageSize", "startTime", "endTime" ->
          "1";
      default -> quoted("a");
    };
  }

  private static Map<String, String> good(List<String> fields) {
    Map<String, String> good = new LinkedHashMap<>();
    fields.forEach(field -> good.put(field, good(field)));
    return good;
  }

  private static void assertRefused(String path, HttpResponse<String> answer, String problem) {
    assertThat(answer.statusCode()).as(path + ": " + answer.body()).isIn(400, 413);
    assertThat(answer.body())
        .startsWith(path.startsWith("/v1") ? "{\"type\":" : "{\"success\":false,\"code\":-1,")
        .contains(problem);
  }

  static List<String> posted() {
    return List.copyOf(POSTED.keySet());
  }

  @ParameterizedTest
  @MethodSource("posted")
  void post_badField_isRefusedNamingIt_andNothingIsStored(String path) throws Exception {
    Map<String, String> good = good(POSTED.getOrDefault(path, List.of()));
    long before = edge.eventCount();
    for (BadField bad : GroupInputs.badFields().toList()) {
      if (good.containsKey(bad.name())) {
        String problem = bad.name() + " " + bad.problem();
        assertRefused(path, edge.json(path, bad.in(good)), problem);
      }
    }
    assertThat(edge.eventCount()).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("posted")
  void post_brokenUtf8_isRefused_andNothingIsStored(String path) throws Exception {
    long before = edge.eventCount();
    String good = new BadField("x", null, "").in(good(POSTED.getOrDefault(path, List.of())));
    for (byte[] broken : GroupInputs.brokenUtf8()) {
      String body = good.replaceFirst("}$", ",\"x\":\"" + new String(broken, ISO_8859_1) + "\"}");
      assertRefused(
          path, edge.post(path, body.getBytes(ISO_8859_1)), "the JSON is not valid UTF-8");
    }
    assertThat(edge.eventCount()).isEqualTo(before);
  }

  @Test
  void gateway_badField_is4001NamingIt_andTheConnectionStays() throws Exception {
    Map<String, String> good = good(POSTED.getOrDefault("/chat/message/create", List.of()));
    long before = edge.eventCount();
    try (RawGateway gateway = RawGateway.connect(edge.edge.port(), "a/1")) {
      assertThat(gateway.nextText()).contains("\"code\":2000");
      for (BadField bad : GroupInputs.badFields().toList()) {
        if (good.containsKey(bad.name())) {
          gateway.send(RawGateway.TEXT, bad.in(good).getBytes(UTF_8));
          assertFailed(gateway.nextText(), bad.name() + " ");
        }
      }
      for (byte[] broken : GroupInputs.brokenUtf8()) {
        String frame = "{\"appId\":\"" + new String(broken, ISO_8859_1) + "\"}";
        gateway.send(RawGateway.TEXT, frame.getBytes(ISO_8859_1));
        assertFailed(gateway.nextText(), "the JSON is not valid UTF-8");
      }
      assertThat(edge.eventCount()).isEqualTo(before);
      gateway.send(RawGateway.TEXT, new BadField("x", null, "").in(good).getBytes(UTF_8));
      assertThat(gateway.nextText() + gateway.nextText()).contains("\"code\":2001");
    }
  }

  private static void assertFailed(String frame, String why) {
    assertThat(frame)
        .startsWith("{\"success\":false,\"code\":4001,\"message\":\"fail in send: ")
        .contains(why);
  }

  static List<String> askedPaths() {
    return List.copyOf(ASKED.keySet());
  }

  @ParameterizedTest
  @MethodSource("askedPaths")
  void find_badParameter_isRefusedNamingIt(String path) throws Exception {
    List<String> names = ASKED.getOrDefault(path, List.of());
    for (String name : names) {
      for (Map.Entry<String, String> bad : badParameters(name).entrySet()) {
        assertRefused(path, ask(path, names, name, name + "=" + bad.getKey()), bad.getValue());
      }
      assertRefused(path, ask(path, names, name, ""), name + " is missing");
      assertRefused(
          path, ask(path, names, name, name + "=1&" + name + "=2"), name + " is given more");
      for (byte[] broken : GroupInputs.brokenUtf8()) {
        String encoded = HexFormat.ofDelimiter("%").formatHex(broken);
        assertRefused(path, ask(path, names, name, name + "=%" + encoded), name + " is not valid");
      }
    }
  }

  private static HttpResponse<String> ask(
      String path, List<String> names, String replaced, String by) throws Exception {
    StringBuilder query = new StringBuilder(by);
    for (String name : names) {
      if (!name.equals(replaced)) {
        query.append('&').append(name).append("=1");
      }
    }
    return edge.get(path + "?" + query);
  }

  /** What a parameter is refused with, and what the refusal says. */
  private static Map<String, String> badParameters(String name) {
    Map<String, String> bad = new LinkedHashMap<>();
    if (name.equals("appId") || name.equals("groupId") || name.equals("userId")) {
      GroupInputs.badIds()
          .forEach(id ->
              bad.put(
                  Text.percentEncoded(id.id()),
                  id.id().contains("\0") ? UNREADABLE : name + " " + id.problem()));
      return bad;
    }
    for (String number : new String[] {"x", "1.5", "1e3", "%2B1", "0x1", "%D9%A1", "1'%3B--"}) {
      bad.put(number, name + " must be a whole number");
    }
    bad.put("99999999999999999999", name + " must be a number of at most 64 bits");
    bad.put("", name + " is missing");
    if (name.equals("pageSize")) {
      bad.put("0", "pageSize must be 1 to 1000");
      bad.put("1001", "pageSize must be 1 to 1000");
      bad.put("9223372036854775807", "pageSize must be 1 to 1000");
    } else if (name.equals("pageNum")) {
      bad.put("-1", "pageNum must be 0 or greater");
    }
    return bad;
  }

  @ParameterizedTest
  @MethodSource("dev.herald.testkit.GroupInputs#badIds")
  void path_badId_isRefused(BadId bad) throws Exception {
    String id = Text.percentEncoded(bad.id());
    for (String path :
        new String[] {
          "/v1/apps/" + id + "/groups",
          "/v1/apps/a/groups/" + id + "/messages",
          "/v1/apps/a/groups/" + id + "/events",
          "/v1/apps/a/groups/" + id + "/export",
          "/v1/apps/a/users/" + id + "/groups",
          "/v1/apps/a/users/" + id + "/messages",
          "/v1/apps/a/groups/g/messages?userId=" + id,
        }) {
      HttpResponse<String> answer = edge.get(path);
      assertThat(answer.statusCode()).as(path).isIn(400, bad.id().isEmpty() ? 404 : 400);
      assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
    }
  }

  /** No one knows which form its sender expects, so it has the members of both. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/chat/message/findByGroupId?appId=%01",
        "/chat/message/%00",
        "/chat/message/broadcast/%01/x",
        "/v1/apps/%01/groups"
      })
  void path_thatCannotBeRead_isAnsweredInBothForms(String path) throws Exception {
    HttpResponse<String> answer = edge.get(path);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body())
        .isEqualTo(
            "{\"success\":false,\"code\":-1,\"message\":\"the request cannot be"
                + " read\",\"data\":null,\"type\":\"urn:herald:error:BAD_REQUEST\",\"title\":\"Bad"
                + " Request\",\"status\":400,\"detail\":\"the request cannot be read\"}");
    assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "messages?limit=0|limit must be 1 to 1000",
        "messages?limit=1001|limit must be 1 to 1000",
        "messages?limit=x|limit must be a whole number",
        "messages?before=x|before",
        "messages?after='|after",
        "notices?limit=-1|limit must be 1 to 1000",
        "notices?before=%3Cb%3E|before",
        "events?after=-1|after",
        "events?after=1.5|after must be a whole number",
        "events?wait=61|wait must be 0 to 60",
        "events?limit=1001|limit must be 1 to 1000",
        "messages/x|messageId must be a whole number",
        "messages/99999999999999999999|messageId must be a number of at most 64 bits",
        "messages/1'--/ledger|messageId must be a whole number",
        "notices/x|noticeId must be a whole number",
      })
  void resource_badParameter_isRefusedNamingIt(String path, String problem) throws Exception {
    assertRefused(V1, edge.get(V1 + path), problem);
  }

  @ParameterizedTest
  @MethodSource("dev.herald.testkit.GroupInputs#texts")
  void text_isTakenAsItIs_inEveryField(String text) throws Exception {
    String id = Text.percentEncoded(text);
    String own = quoted(text);
    String ids = "{\"appId\":" + own + ",\"groupId\":" + own + ",\"userId\":" + own;
    try (GatewayClient gateway = GatewayClient.open(edge, id + "/" + id + "?notices=1")) {
      gateway.send(ids + ",\"content\":" + own + ",\"clientMessageId\":" + own + "}");
      JsonNode push = JSON.readTree(gateway.next() + gateway.next()).get("data");
      assertMessage(push, text);
      String group = "/v1/apps/" + id + "/groups/" + id;
      String retry = "{\"userId\":" + own + ",\"content\":\"\",\"clientMessageId\":" + own + "}";
      assertThat(edge.json(group + "/messages", retry).statusCode()).isEqualTo(200);
      String notice = ",\"title\":" + own + ",\"content\":" + own + ",\"jumpUrl\":" + own + "}";
      assertThat(edge.json("/notice/information/create", ids + notice).statusCode()).isEqualTo(200);
      assertThat(JSON.readTree(gateway.next()).at("/data/jumpURL").asText()).isEqualTo(text);
      assertFound(text, id);
      String recall = "{\"messageId\":" + push.get("messageId") + ",\"recallCause\":" + own + "}";
      assertThat(edge.json("/chat/message/recall", recall).body()).contains("\"success\":true");
      assertThat(JSON.readTree(gateway.next()).at("/data/recallCause").asText()).isEqualTo(text);
      assertThat(edge.get(group + "/export").body().lines()).hasSize(3);
    }
    try (GatewayClient again = GatewayClient.open(edge, id + "/2?after=" + id + ":2")) {
      assertThat(again.next()).contains("\"code\":2002");
      assertThat(again.next()).contains("\"code\":2006");
    }
  }

  private static void assertFound(String text, String id) throws Exception {
    String app = "appId=" + id;
    String group = "&groupId=" + id;
    String user = "&userId=" + id;
    String find = "/chat/message/findBy";
    for (String path :
        new String[] {
          find + "GroupId?" + app + group + RANGE,
          find + "UserId?" + app + user + RANGE,
          find + "GroupIdAndUserId?" + app + group + user + RANGE
        }) {
      JsonNode found = data(path);
      assertThat(found.get("total").asInt()).as(path).isEqualTo(1);
      assertMessage(found.at("/pageMessageList/0"), text);
      assertThat(data(path.replace("/chat/message", "/notice/information")).get("total").asInt())
          .isEqualTo(1);
    }
    JsonNode groups = data("/chat/group/findGroupListByUserId?" + app + user);
    assertThat(groups.at("/0/groupId").asText()).isEqualTo(text);
    assertThat(groups.at("/0/newMessage").asText()).isEqualTo(text);
    JsonNode resources = JSON.readTree(edge.get("/v1/apps/" + id + "/groups").body());
    assertThat(resources.at("/groups/0/groupId").asText()).isEqualTo(text);
    JsonNode ofUser =
        JSON.readTree(edge.get("/v1/apps/" + id + "/users/" + id + "/messages").body());
    assertMessage(ofUser.at("/messages/0"), text);
  }

  private static JsonNode data(String path) throws Exception {
    HttpResponse<String> answer = edge.get(path);
    assertThat(answer.statusCode()).as(path + answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body()).get("data");
  }

  private static void assertMessage(JsonNode message, String text) {
    for (String field : new String[] {"appId", "groupId", "userId", "content"}) {
      assertThat(message.get(field).asText()).as(field).isEqualTo(text);
    }
  }

  /** What no URL can have is an id all the same; there is another way to what it names. */
  @ParameterizedTest
  @MethodSource("dev.herald.testkit.GroupInputs#controls")
  void controlCharacters_areTakenAsTheyAre_whereTheyCanBeSent(String text) throws Exception {
    String own = quoted(text);
    String json = "\"groupId\":" + own + ",\"userId\":" + own + ",\"content\":" + own + "}";
    try (GatewayClient gateway = GatewayClient.open(edge, "controls/1")) {
      assertThat(edge.create("{\"appId\":\"controls\"," + json).statusCode()).isEqualTo(200);
      JsonNode push = JSON.readTree(gateway.next()).get("data");
      for (String field : new String[] {"groupId", "userId", "content"}) {
        assertThat(push.get(field).asText()).as(field).isEqualTo(text);
      }
    }
    String id = Text.percentEncoded(text);
    HttpResponse<String> asked =
        edge.get("/chat/message/findByGroupId?appId=controls&groupId=" + id + RANGE);
    if (asked.statusCode() == 400) {
      assertThat(asked.body()).startsWith("{\"success\":false,").contains(UNREADABLE);
    } else {
      assertThat(asked.body()).contains("\"total\":1,");
    }
    assertThat(edge.get("/v1/apps/controls/groups/" + id + "/events").statusCode()).isIn(200, 400);
  }

  /** Two dots are a way to elsewhere in a path; in a query they are text. */
  @Test
  void id_thatLooksLikeAWayUp_isTakenInBodiesAndQueries() throws Exception {
    String id = "../../etc/passwd";
    assertThat(
            edge.create(
                    "{\"appId\":\"up\",\"groupId\":\""
                        + id
                        + "\",\"userId\":\"u\",\"content\":\"\"}")
                .statusCode())
        .isEqualTo(200);
    String query = "?appId=up&groupId=" + Text.percentEncoded(id) + RANGE;
    assertThat(data("/chat/message/findByGroupId" + query).get("total").asInt()).isEqualTo(1);
    assertThat(edge.get("/v1/apps/up/groups/" + Text.percentEncoded(id) + "/messages").statusCode())
        .isEqualTo(400);
  }

  @Test
  void ids_thatAreNotKnown_findNothing() throws Exception {
    for (Map.Entry<String, List<String>> path : ASKED.entrySet()) {
      HttpResponse<String> answer = ask(path.getKey(), path.getValue(), "", "");
      if (path.getKey().contains("ByMessageId")) {
        assertThat(answer.body()).contains("\"code\":-1", "there is no message 1");
      } else {
        assertThat(answer.body()).startsWith("{\"success\":true,\"code\":0,").contains("[]");
      }
      assertThat(answer.statusCode()).isEqualTo(200);
    }
    for (String path : new String[] {"messages/1", "notices/1", "messages/1/ledger"}) {
      assertThat(edge.get(V1 + path).statusCode()).isEqualTo(404);
    }
  }
}
