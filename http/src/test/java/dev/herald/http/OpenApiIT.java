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
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
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
  private static final String FIND =
      "/chat/message/findByGroupId?appId=1&groupId=1&startTime=0&endTime=9999999999999&pageNum=0";

  @TempDir static Path data;
  private static EdgeFixture edge;
  private static JsonNode api;

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
    Set<String> described = new TreeSet<>();
    api.get("paths")
        .properties()
        .forEach(path ->
            path.getValue()
                .fieldNames()
                .forEachRemaining(method ->
                    described.add(method.toUpperCase(Locale.ROOT) + ' ' + path.getKey())));
    Set<String> served = new TreeSet<>();
    edge.edge
        .endpoints()
        .forEach(
            endpoint -> served.add(endpoint.method() + " " + endpoint.path().replace("{*", "{")));
    assertThat(described).isEqualTo(served);
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
    assertDescribed(
        "get",
        "/chat/message/broadcast/{appId}/{gatewayId}",
        edge.get("/chat/message/broadcast/1/1"));
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
    try (GatewayClient gateway = GatewayClient.connect(edge, "f/1?after=f:0")) {
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

  /** Looks up the answer's status and type in the description, and holds JSON to its schema. */
  private static void assertDescribed(String method, String path, HttpResponse<String> answer)
      throws IOException {
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
    if (type.endsWith("json")) {
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
