package dev.herald.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.MessageProperties.PayloadFormat;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The description that the server gives of itself is complete and true. */
class OpenApiIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonSchemaFactory SCHEMAS =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
  private static final String DRAFT =
      "{\"appId\":\"1\",\"groupId\":\"1\",\"userId\":\"1\",\"content\":\"hi\",\"type\":\"7\","
          + "\"clientMessageId\":\"c\",\"ack\":\"queued\"}";
  private static final String NOTICE =
      "{\"appId\":\"1\",\"groupId\":\"1\",\"userId\":\"1\",\"title\":\"t\",\"content\":\"hi\","
          + "\"jumpUrl\":\"http://example.com\",\"type\":7,\"clientMessageId\":\"n\"}";
  private static final String FIND =
      "/chat/message/findByGroupId?appId=1&groupId=1&startTime=0&endTime=9999999999999&pageNum=0";

  @TempDir static Path data;
  private static EdgeFixture edge;
  private static JsonNode api;

  /** The operations whose answers were held to the description. */
  private static final Set<String> exercised = new TreeSet<>();

  @BeforeAll
  static void start() throws Exception {
    edge = EdgeFixture.start(data);
    HttpResponse<String> yaml = edge.get("/openapi.yaml");
    assertThat(yaml.statusCode()).isEqualTo(200);
    assertThat(yaml.headers().firstValue("content-type")).contains("application/yaml");
    api = new ObjectMapper(new YAMLFactory()).readTree(yaml.body());
  }

  @AfterAll
  static void stop() {
    edge.close();
  }

  @Test
  void description_hasEveryEndpoint_andNoOther() {
    Set<String> served = new TreeSet<>();
    edge.edge
        .endpoints()
        .forEach(
            endpoint -> served.add(endpoint.method() + " " + endpoint.path().replace("{*", "{")));
    assertThat(described()).isEqualTo(served);
  }

  @Test
  void description_refersOnlyToWhatItHas() {
    assertThat(api.findValuesAsText("$ref"))
        .isNotEmpty()
        .allSatisfy(ref -> assertThat(api.at(ref.substring(1)).isMissingNode()).as(ref).isFalse());
  }

  @Test
  void answers_areAsDescribed() throws Exception {
    assertThat(errors(schema("/components/schemas/MessageDraft"), DRAFT)).isEmpty();
    HttpResponse<String> created = edge.create(DRAFT);
    assertDescribed("post", "/chat/message/create", created);
    assertThat(created.headers().firstValue("Herald-Message-Id").orElseThrow())
        .matches(api.at("/components/schemas/MessageId/pattern").asText());
    assertDescribed("post", "/chat/message/create", edge.create("{}"));
    assertDescribed(
        "post", "/chat/message/create", edge.create(DRAFT.replace("hi", "x".repeat(65_536))));
    assertDescribed("get", "/chat/message/findByGroupId", edge.get(FIND + "&pageSize=10"));
    assertDescribed("get", "/chat/message/findByGroupId", edge.get(FIND));
    assertFindsDescribed();
    assertDescribed(
        "get",
        "/chat/message/broadcast/{appId}/{gatewayId}",
        edge.get("/chat/message/broadcast/1/1"));
    assertContractDescribed(created.headers().firstValue("Herald-Message-Id").orElseThrow());
    assertGroupsDescribed();
    assertClientsDescribed();
    assertConsumerGroupsDescribed();
    assertChatsDescribed();
    String topic = "/v1/apps/{appId}/topics/{topic}";
    assertDescribed("post", topic, edge.json("/v1/apps/v1/topics/a/b?key=k&expiry=9", "{}"));
    assertDescribed("post", topic, edge.json("/v1/apps/v1/topics/%23", "{}"));
    assertNotificationsDescribed();
    assertDescribed("get", "/health", edge.get("/health"));
    assertDescribed("get", "/ready", edge.get("/ready"));
    assertDescribed("get", "/metrics", edge.get("/metrics"));
    assertDescribed("get", "/v1/server", edge.get("/v1/server"));
    assertDescribed("get", "/v1/server", edge.post("/v1/server", new byte[0]));
    assertDescribed("get", "/test.html", edge.get("/test.html"));
    assertDescribed("get", "/test.js", edge.get("/test.js"));
    assertDescribed("get", "/test.css", edge.get("/test.css"));
    assertDescribed("get", "/", edge.get("/"));
    assertDescribed("get", "/console", edge.get("/console"));
    assertDescribed("get", "/console/{path}", edge.get("/console/"));
    assertDescribed("get", "/console/{path}", edge.get("/console/none.js"));
    assertDescribed("get", "/console/{path}", edge.get("/console/", "If-None-Match", "\"e1\""));
    assertDescribed("get", "/openapi.yaml", edge.get("/openapi.yaml"));
    assertThat(exercised).isEqualTo(described());
  }

  private static void assertContractDescribed(String messageId) throws Exception {
    String recall = "/chat/message/recall";
    String json = "{\"messageId\":\"" + messageId + "\"}";
    assertDescribed("post", recall, edge.json(recall, json));
    assertDescribed("post", recall, edge.json(recall, json));
    assertDescribed("post", recall, edge.json(recall, "{}"));
    String publish = "/notice/information/create";
    assertThat(errors(schema("/components/schemas/NoticeDraft"), NOTICE)).isEmpty();
    HttpResponse<String> published = edge.json(publish, NOTICE);
    assertDescribed("post", publish, published);
    assertDescribed("post", publish, edge.json(publish, "{}"));
    String delete = "/notice/information/delete";
    String id = published.headers().firstValue("Herald-Message-Id").orElseThrow();
    assertDescribed("post", delete, edge.post(delete + "?informationId=" + id, new byte[0]));
    assertDescribed("post", delete, edge.post(delete + "?informationId=" + id, new byte[0]));
    assertDescribed("post", delete, edge.post(delete, new byte[0]));
  }

  private static void assertFindsDescribed() throws Exception {
    String page =
        "?appId=1&groupId=1&userId=1&startTime=0&endTime=9999999999999&pageNum=0&pageSize=9";
    for (String path :
        new String[] {
          "/chat/message/findByUserId",
          "/chat/message/findByGroupIdAndUserId",
          "/chat/group/findGroupListByUserId",
          "/notice/information/findByGroupId",
          "/notice/information/findByUserId",
          "/notice/information/findByGroupIdAndUserId"
        }) {
      assertDescribed("get", path, edge.get(path + page));
      assertDescribed("get", path, edge.get(path));
    }
    JsonNode first = JSON.readTree(edge.get(FIND + "&pageSize=1").body());
    String id = first.at("/data/pageMessageList/0/messageId").asText();
    for (String path :
        new String[] {
          "/chat/message/findBeforeByMessageId", "/chat/message/findAfterByMessageId"
        }) {
      assertDescribed("get", path, edge.get(path + page + "&messageId=" + id));
      assertDescribed("get", path, edge.get(path + page + "&messageId=1"));
      assertDescribed("get", path, edge.get(path));
    }
  }

  private static void assertReadsDescribed(String message, String notice) throws Exception {
    String group = "/v1/apps/{appId}/groups/{groupId}";
    String user = "/v1/apps/{appId}/users/{userId}";
    String own = "/v1/apps/v1/groups/g";
    assertDescribed("get", group + "/messages", edge.get(own + "/messages"));
    assertDescribed("get", group + "/messages", edge.get(own + "/messages?before=x"));
    assertDescribed("get", group + "/messages/{messageId}", edge.get(message));
    assertDescribed(
        "get", group + "/messages/{messageId}", edge.get(message, "If-None-Match", "*"));
    assertDescribed("get", group + "/notices", edge.get(own + "/notices"));
    assertDescribed("get", group + "/notices", edge.get(own + "/notices", "If-None-Match", "*"));
    assertDescribed("get", group + "/notices/{noticeId}", edge.get(notice));
    assertDescribed("get", group + "/notices/{noticeId}", edge.get(own + "/notices/1"));
    assertDescribed("put", group + "/members/{userId}", edge.send("PUT", own + "/members/new", ""));
    String read = "{\"userId\":\"new\",\"seq\":1}";
    assertDescribed("put", group + "/read", edge.send("PUT", own + "/read", read));
    assertDescribed("put", group + "/read", edge.send("PUT", own + "/read", "{}"));
    String groups = "/v1/apps/{appId}/groups";
    assertDescribed("get", groups, edge.get("/v1/apps/v1/groups"));
    assertDescribed("get", groups, edge.get("/v1/apps/v1/groups?limit=1"));
    assertDescribed("get", groups, edge.get("/v1/apps/v1/groups", "If-None-Match", "*"));
    assertDescribed("get", groups, edge.get("/v1/apps/v1/groups?after=*"));
    assertDescribed("get", user + "/groups", edge.get("/v1/apps/v1/users/new/groups"));
    assertDescribed("get", user + "/messages", edge.get("/v1/apps/v1/users/1/messages"));
  }

  private static void assertGroupsDescribed() throws Exception {
    String group = "/v1/apps/{appId}/groups/{groupId}";
    String own = "/v1/apps/v1/groups/g";
    HttpResponse<String> message = edge.json(own + "/messages", DRAFT);
    assertDescribed("post", group + "/messages", message);
    assertDescribed("post", group + "/messages", edge.json(own + "/messages", DRAFT));
    assertDescribed("post", group + "/messages", edge.json(own + "/messages", "{}"));
    HttpResponse<String> notice = edge.json(own + "/notices", NOTICE);
    assertReadsDescribed(
        message.headers().firstValue("Location").orElseThrow(),
        notice.headers().firstValue("Location").orElseThrow());
    String ledger = message.headers().firstValue("Location").orElseThrow() + "/ledger";
    String ledgerPath = group + "/messages/{messageId}/ledger";
    assertDescribed("get", ledgerPath, edge.get(ledger));
    assertDescribed("get", ledgerPath, edge.get(own + "/messages/1/ledger"));
    String recall = message.headers().firstValue("Location").orElseThrow() + "/recall";
    String recallPath = group + "/messages/{messageId}/recall";
    assertDescribed(
        "post", recallPath, edge.json(recall, "{\"userId\":\"u\",\"recallCause\":\"c\"}"));
    assertDescribed("post", recallPath, edge.json(recall, ""));
    assertDescribed("get", ledgerPath, edge.get(ledger));
    assertDescribed("post", group + "/notices", notice);
    assertDescribed("post", group + "/notices", edge.json(own + "/notices", NOTICE));
    assertDescribed("post", group + "/notices", edge.json(own + "/notices", "{}"));
    String location = notice.headers().firstValue("Location").orElseThrow();
    String noticePath = group + "/notices/{noticeId}";
    assertDescribed("delete", noticePath, edge.send("DELETE", location + "?userId=u", ""));
    assertDescribed("delete", noticePath, edge.send("DELETE", location, ""));
    HttpResponse<String> events = edge.get(own + "/events");
    assertDescribed("get", group + "/events", events);
    assertThat(JSON.readTree(events.body()).get("events")).hasSize(4);
    assertDescribed("get", group + "/events", edge.get(own + "/events?wait=99"));
    assertDescribed("get", group + "/export", edge.get(own + "/export"));
    edge.prune("v1", "g", 3);
    assertDescribed("get", group + "/events", edge.get(own + "/events"));
  }

  private static void assertConsumerGroupsDescribed() throws Exception {
    String groups = "/v1/apps/{appId}/consumer-groups";
    String own = "/v1/apps/v1/consumer-groups";
    FewConsumers.join(edge, "v1", "$share/g/t");
    assertDescribed("get", groups, edge.get(own));
    assertDescribed("get", groups, edge.get(own + "?limit=0"));
    assertDescribed("get", groups + "/{filter}", edge.get(own + "/%24share%2Fg%2Ft"));
    assertDescribed("get", groups + "/{filter}", edge.get(own + "/none"));
    String all = groups + "/{filter}/consumers";
    String join = own + "/%24share%2Fh%2Fh/consumers";
    String draft = "{\"clientId\":\"c\",\"inFlightMax\":2}";
    assertThat(errors(schema("/components/schemas/ConsumerDraft"), draft)).isEmpty();
    HttpResponse<String> joined = edge.json(join, draft);
    assertDescribed("post", all, joined);
    assertDescribed("post", all, edge.json(join, "{\"inFlightMax\":0}"));
    assertConsumerDescribed(all, joined.headers().firstValue("Location").orElseThrow());
  }

  private static void assertConsumerDescribed(String all, String own) throws Exception {
    String consumer = all + "/{consumerId}";
    Message message =
        new Message(
            "h",
            new byte[] {-1},
            1,
            false,
            new MessageProperties(
                PayloadFormat.BYTES, "a/b", "r", new byte[] {1}, List.of("n", "v")),
            System.currentTimeMillis() + 60_000,
            null);
    edge.router.publish(edge.apps.get("v1").topics(), message);
    HttpResponse<String> taken = edge.get(own + "/messages?wait=30");
    assertThat(taken.body()).contains("payloadBase64", "correlationDataBase64", "expiryTime");
    assertDescribed("get", consumer + "/messages", taken);
    assertDescribed("get", consumer + "/messages", edge.get(own + "/messages?wait=99"));
    String answers = consumer + "/acknowledgements";
    String said = "{\"acknowledge\":[\"1\"],\"refuse\":[\"2\"],\"extend\":[\"3\"]}";
    assertThat(errors(schema("/components/schemas/Replies"), said)).isEmpty();
    assertDescribed("post", answers, edge.json(own + "/acknowledgements", said));
    assertDescribed("post", answers, edge.json(own + "/acknowledgements", "[]"));
    assertDescribed("delete", consumer, edge.send("DELETE", own, ""));
    assertDescribed("delete", consumer, edge.send("DELETE", own, ""));
  }

  private static void assertClientsDescribed() throws Exception {
    String clients = "/v1/apps/{appId}/clients";
    String own = "/v1/apps/a/clients";
    edge.clients.add("c", "u", "t");
    edge.clients.addAbsent("d");
    assertDescribed("get", clients, edge.get(own));
    assertDescribed("get", clients, edge.get(own + "?limit=0"));
    assertDescribed("get", clients + "/{clientId}", edge.get(own + "/c"));
    assertDescribed("get", clients + "/{clientId}", edge.get(own + "/d"));
    assertDescribed("get", clients + "/{clientId}", edge.get(own + "/e"));
    assertDescribed("delete", clients + "/{clientId}", edge.send("DELETE", own + "/c", ""));
    assertDescribed("delete", clients + "/{clientId}", edge.send("DELETE", own + "/d", ""));
  }

  private static void assertChatsDescribed() throws Exception {
    String all = "/v1/apps/{appId}/chats";
    String own = "/v1/apps/v1/chats";
    ChatResourcesIT.TestSeat seat = ChatResourcesIT.join(edge, "v1", "c", "client", "user");
    assertThat(errors(schema("/components/schemas/ChatEvent"), seat.next().toString())).isEmpty();
    assertDescribed("get", all, edge.get(own));
    assertDescribed("get", all, edge.get(own + "?limit=1"));
    assertDescribed("get", all, edge.get(own + "?limit=0"));
    assertDescribed("get", all + "/{chatId}", edge.get(own + "/c"));
    assertDescribed("get", all + "/{chatId}", edge.get(own + "/none"));
    String say = all + "/{chatId}/messages";
    assertDescribed("post", say, edge.json(own + "/c/messages", "{\"content\":\"hi\"}"));
    assertDescribed("post", say, edge.json(own + "/c/messages", "{}"));
    assertDescribed("delete", all + "/{chatId}", edge.send("DELETE", own + "/c", ""));
    assertDescribed("delete", all + "/{chatId}", edge.send("DELETE", own + "/c", ""));
  }

  private static void assertNotificationsDescribed() throws Exception {
    String send = "/v1/apps/{appId}/notifications";
    String own = "/v1/apps/v1/notifications";
    String draft =
        "{\"targets\":[{\"users\":[\"u\"],\"devices\":[\"d\"],\"tags\":{\"any\":[\"a\"],"
            + "\"all\":[\"b\"],\"none\":[\"c\"]}},{\"all\":true}],\"content\":\"hi\","
            + "\"contentType\":\"text/plain\",\"ttlSeconds\":60}";
    assertThat(errors(schema("/components/schemas/NotificationDraft"), draft)).isEmpty();
    assertDescribed("post", send, edge.json(own, draft));
    assertDescribed("post", send, edge.json(own, "{}"));
    String presence = "/v1/apps/{appId}/users/{userId}/presence";
    assertDescribed("get", presence, edge.get("/v1/apps/v1/users/u/presence"));
    assertDescribed(
        "get", presence, edge.get("/v1/apps/v1/users/" + "u".repeat(128) + "/presence"));
  }

  private static Set<String> described() {
    Set<String> described = new TreeSet<>();
    api.get("paths")
        .properties()
        .forEach(path ->
            path.getValue()
                .fieldNames()
                .forEachRemaining(method ->
                    described.add(method.toUpperCase(Locale.ROOT) + ' ' + path.getKey())));
    return described;
  }

  @Test
  void notReady_isAsDescribed() throws Exception {
    edge.listening.set(false);
    HttpResponse<String> answer = edge.get("/ready");
    edge.listening.set(true);
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).isEqualTo("{\"ready\":false,\"reasons\":[\"mqtt does not work\"]}");
    assertDescribed("get", "/ready", answer);
  }

  @Test
  void frames_areAsDescribed() throws Exception {
    JsonSchema frame = schema("/components/schemas/GatewayFrame");
    String draft = DRAFT.replace("\"1\"", "\"f\"");
    assertThat(edge.create(draft.replace("\"c\"", "\"d\"")).statusCode()).isEqualTo(200);
    withdrawSomething();
    try (GatewayClient gateway = GatewayClient.connect(edge, "f/1?after=f:0&notices=1")) {
      assertThat(errors(frame, gateway.next())).isEmpty();
      assertThat(errors(frame, gateway.next())).isEmpty();
      assertThat(errors(frame, gateway.next())).isEmpty();
      assertThat(errors(frame, gateway.next())).isEmpty();
      assertThat(errors(frame, gateway.next())).isEmpty();
      assertThat(errors(frame, gateway.next())).isEmpty();
      gateway.send("{}");
      assertThat(errors(frame, gateway.next())).isEmpty();
      gateway.send(draft);
      assertThat(errors(frame, gateway.next())).isEmpty();
      assertThat(errors(frame, gateway.next())).isEmpty();
    }
    assertThat(errors(frame, "{\"success\":true,\"code\":7,\"message\":\"\",\"data\":null}"))
        .isNotEmpty();
  }

  /** Has a message recalled and a notice deleted, whose publication is an event as well. */
  private static void withdrawSomething() throws Exception {
    String notices = "/v1/apps/f/groups/f/notices";
    String notice = edge.json(notices, NOTICE).headers().firstValue("Location").orElseThrow();
    assertThat(edge.send("DELETE", notice, "").statusCode()).isEqualTo(200);
    JsonNode events = JSON.readTree(edge.get("/v1/apps/f/groups/f/events").body()).get("events");
    String message = events.get(0).get("message").get("messageId").asText();
    assertThat(edge.json("/v1/apps/f/groups/f/messages/" + message + "/recall", "").statusCode())
        .isEqualTo(200);
  }

  /** Looks up the answer's status and type in the description, and holds JSON to its schema. */
  private static void assertDescribed(String method, String path, HttpResponse<String> answer)
      throws IOException {
    exercised.add(method.toUpperCase(Locale.ROOT) + ' ' + path);
    String at = "/paths/" + path.replace("/", "~1") + '/' + method + "/responses/";
    String pointer = at + answer.statusCode();
    if (api.at(pointer).isMissingNode()) {
      pointer = at + "default";
    }
    JsonNode ref = api.at(pointer).get("$ref");
    pointer = ref == null ? pointer : ref.asText().substring(1);
    JsonNode described = api.at(pointer);
    assertThat(described.isMissingNode())
        .as("%s %s answers %d, undescribed: %s", method, path, answer.statusCode(), answer.body())
        .isFalse();
    JsonNode content = described.get("content");
    if (content == null) {
      return;
    }
    String type = answer.headers().firstValue("content-type").orElseThrow().split(";", 2)[0];
    assertThat(content.has(type) || content.has("*/*")).as("%s of %s", type, path).isTrue();
    if (type.equals("application/json") || type.endsWith("+json")) {
      JsonSchema schema = schema(pointer + "/content/" + type.replace("/", "~1") + "/schema");
      assertThat(errors(schema, answer.body())).as(answer.body()).isEmpty();
    }
  }

  private static Set<ValidationMessage> errors(JsonSchema schema, String document)
      throws IOException {
    return schema.validate(JSON.readTree(document));
  }

  /** A schema of the description; references in it are to the description as a whole. */
  private static JsonSchema schema(String pointer) {
    ObjectNode document = api.deepCopy();
    return SCHEMAS.getSchema(document.put("$ref", "#" + pointer));
  }
}
