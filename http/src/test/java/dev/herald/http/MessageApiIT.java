package dev.herald.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageApiIT {
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

  private static String body(String appId, String groupId, String content) throws IOException {
    return JSON.writeValueAsString(
        JSON.createObjectNode()
            .put("appId", appId)
            .put("groupId", groupId)
            .put("userId", "u")
            .put("content", content));
  }

  private static String find(String appId, String groupId, String rest) {
    return "/chat/message/findByGroupId?appId="
        + URLEncoder.encode(appId, UTF_8)
        + "&groupId="
        + URLEncoder.encode(groupId, UTF_8)
        + rest;
  }

  private static JsonNode page(String appId, String groupId) throws Exception {
    HttpResponse<String> answer =
        edge.get(
            find(appId, groupId, "&startTime=0&endTime=9999999999999&pageNum=1&pageSize=1000"));
    assertThat(answer.statusCode()).isEqualTo(200);
    return JSON.readTree(answer.body()).get("data");
  }

  private static void assertRefused(HttpResponse<String> answer, int status, String why) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("content-type"))
        .contains("application/json; charset=utf-8");
    assertThat(answer.body())
        .startsWith("{\"success\":false,\"code\":-1,\"message\":\"")
        .contains(why)
        .endsWith("\",\"data\":null}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\"'\\ \\\\ \\n \n\r\t\b\f",
        "\u0000\u0001\u001f\u007f\u2028\u2029",
        "é群\uD83D\uDE00 \uFEFF",
        "<script>&amp;%20+</script>",
        "   trailing   "
      })
  void create_contentOfAnyKind_comesBackVerbatim(String content) throws Exception {
    String group = "verbatim" + content.hashCode();
    assertThat(edge.create(body("1", group, content)).statusCode()).isEqualTo(200);
    JsonNode messages = page("1", group).get("pageMessageList");
    assertThat(messages).hasSize(1);
    assertThat(messages.get(0).get("content").asText()).isEqualTo(content);
  }

  @Test
  void create_contentAtTheLimit_isKept_andOneByteMoreIs413() throws Exception {
    String most = "\u0001".repeat(65_535);
    assertThat(edge.create(body("1", "limit", most)).statusCode()).isEqualTo(200);
    assertRefused(
        edge.create(body("1", "limit", most + "x")),
        413,
        "content must have at most 65535 bytes, it has 65536");
    assertRefused(edge.create(body("1", "limit", "群".repeat(21_846))), 413, "it has 65538");
    assertThat(page("1", "limit").get("total").asInt()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|appId is missing",
        "{'appId':null}|appId is missing",
        "{'appId':'1'}|groupId is missing",
        "{'appId':'1','groupId':'1'}|userId is missing",
        "{'appId':'1','groupId':'1','userId':'1'}|content is missing",
        "{'appId':1,'groupId':'1','userId':'1','content':''}|appId must be a JSON string",
        "{'appId':'1','groupId':'','userId':'1','content':''}|groupId must have 1 to 127"
            + " characters",
        "{'appId':'1','groupId':['1'],'userId':'1','content':''}|groupId must be a JSON string",
        "{'appId':'1','groupId':'1','userId':'1','content':{'a':1}}|content must be a JSON string",
        "{'appId':'1','groupId':'1','userId':'1','content':'','type':'x'}|type must be a whole"
            + " number",
        "{'appId':'1','groupId':'1','userId':'1','content':'','type':1.5}|type must be an integer",
        "{'appId':'1','groupId':'1','userId':'1','content':'','type':true}|type must be an integer",
        "{'appId':'1','groupId':'1','userId':'1','content':'','type':2147483648}|type must be"
            + " -2147483648 to 2147483647",
        "{'appId':'1','groupId':'1','userId':'1','content':'','type':''}|type must be a whole"
            + " number",
        "{'appId':'1','groupId':'1','userId':'1','content':'','ack':'later'}|ack must be queued or"
            + " stored",
        "{'appId':'1','groupId':'1','userId':'1','content':'','clientMessageId':7}|clientMessageId"
            + " must be a JSON string",
        "{'appId':'1','appId':'2'}|appId is given more than once",
        "{'appId':'\\ud800','groupId':'1','userId':'1','content':''}|appId is not well-formed"
            + " Unicode",
        "{'appId':'a\\u0000','groupId':'1','userId':'1','content':''}|appId must not contain NUL",
        "[1]|a JSON object is expected",
        "'text'|a JSON object is expected",
        "{} {}|nothing may follow the JSON object",
        "{'a':|the JSON cannot be read at line 1, column 6",
        "{a:1}|the JSON cannot be read",
        "nonsense|the JSON cannot be read",
      },
      quoteCharacter = '`')
  void create_malformed_is400NamingTheField(String json, String why) throws Exception {
    long before = edge.eventCount();
    assertRefused(edge.create(json.replace('\'', '"')), 400, why);
    assertThat(edge.eventCount()).isEqualTo(before);
  }

  @Test
  void create_brokenUtf8EmptyAndDeepBodies_are400() throws Exception {
    assertRefused(
        edge.post("/chat/message/create", new byte[] {'{', '"', (byte) 0xFF, '"', '}'}),
        400,
        "the JSON is not valid UTF-8");
    assertRefused(edge.post("/chat/message/create", new byte[0]), 400, "a JSON object is expected");
    assertRefused(
        edge.create("{\"x\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}"),
        400,
        "the JSON cannot be read");
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void create_bodyBeyondTheLimit_is413AndOthersGoOn(HttpClient.Version version) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(edge.uri("/chat/message/create"))
            .version(version)
            .POST(BodyPublishers.ofByteArray(new byte[3 << 20]))
            .build();
    assertRefused(
        edge.client.send(request, BodyHandlers.ofString(UTF_8)),
        413,
        "the request's body is larger than 1048576 bytes");
    assertThat(edge.create(body("1", "after413", "x")).statusCode()).isEqualTo(200);
  }

  @Test
  void create_bodyThatIsNeverFinished_isAnsweredWhenTimeIsUp() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), edge.edge.port())) {
      socket.setSoTimeout(40_000);
      socket
          .getOutputStream()
          .write(
              "POST /chat/message/create HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"
                  .getBytes(UTF_8));
      String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
      assertThat(answer)
          .startsWith("HTTP/1.1 503 ")
          .contains("retry-after: 1")
          .contains("connection: close")
          .endsWith(
              "{\"success\":false,\"code\":-1,\"message\":\"the request was not done in time; it is"
                  + " not known whether it took effect\",\"data\":null}");
    }
  }

  @Test
  void create_typesOfAllKinds_areKept() throws Exception {
    for (String type : new String[] {"null", "0", "-1", "\"7\"", "\"-2147483648\"", "2147483647"}) {
      assertThat(edge.create(body("1", "types", "x").replace("}", ",\"type\":" + type + "}")))
          .satisfies(answer -> assertThat(answer.statusCode()).isEqualTo(200));
    }
    assertThat(page("1", "types").get("pageMessageList").findValues("type").toString())
        .isEqualTo("[null, 0, -1, 7, -2147483648, 2147483647]");
  }

  @Test
  void create_unknownFieldsAndOwnIdsTimesAndStatus_areIgnored() throws Exception {
    String json =
        body("1", "ignored", "x")
            .replace(
                "}",
                ",\"messageId\":\"5\",\"createTime\":1,\"status\":0,\"seq\":99,\"more\":{\"a\":[1]}}");
    HttpResponse<String> created = edge.create(json);
    assertThat(created.statusCode()).isEqualTo(200);
    JsonNode message = page("1", "ignored").get("pageMessageList").get(0);
    assertThat(message.get("messageId").asText())
        .isEqualTo(created.headers().firstValue("Herald-Message-Id").orElseThrow())
        .isNotEqualTo("5");
    assertThat(message.get("status").asInt()).isEqualTo(1);
    assertThat(message.get("seq").asInt()).isEqualTo(1);
  }

  @Test
  void create_repeatedWithAClientMessageId_makesOneMessage() throws Exception {
    String json =
        body("1", "retry", "x").replace("}", ",\"clientMessageId\":\"c\",\"ack\":\"stored\"}");
    String first = edge.create(json).headers().firstValue("Herald-Message-Id").orElseThrow();
    String second = edge.create(json).headers().firstValue("Herald-Message-Id").orElseThrow();
    assertThat(second).isEqualTo(first);
    assertThat(page("1", "retry").get("total").asInt()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "application/json; charset=UTF-8", "text/plain"})
  void create_contentTypeOfAnyKind_isAccepted(String type) throws Exception {
    assertThat(
            edge.post(
                    "/chat/message/create",
                    body("1", "types-of-content", "x").getBytes(UTF_8),
                    "Content-Type",
                    type)
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void create_fromAnotherSitesPage_isForbidden() throws Exception {
    byte[] json = body("1", "csrf", "x").getBytes(UTF_8);
    assertRefused(
        edge.post("/chat/message/create", json, "Origin", "https://evil.example.com"),
        403,
        "pages of this origin may not call this server");
    assertThat(page("1", "csrf").get("total").asInt()).isZero();
  }

  @Test
  void find_pagesAreAscendingAndCounted() throws Exception {
    for (int i = 1; i <= 5; i++) {
      assertThat(edge.create(body("p", "g", "m" + i)).statusCode()).isEqualTo(200);
    }
    String range = "&startTime=0&endTime=9999999999999";
    assertThat(contents(find("p", "g", range + "&pageNum=0&pageSize=2"))).isEqualTo("5 [m1, m2]");
    assertThat(contents(find("p", "g", range + "&pageNum=1&pageSize=2"))).isEqualTo("5 [m1, m2]");
    assertThat(contents(find("p", "g", range + "&pageNum=3&pageSize=2"))).isEqualTo("5 [m5]");
    assertThat(contents(find("p", "g", range + "&pageNum=4&pageSize=2"))).isEqualTo("5 []");
    assertThat(contents(find("P", "g", range + "&pageNum=1&pageSize=2"))).isEqualTo("0 []");
    assertThat(contents(find("p", "g ", range + "&pageNum=1&pageSize=2"))).isEqualTo("0 []");
    assertThat(contents(find("p", "g", "&startTime=9&endTime=1&pageNum=1&pageSize=2")))
        .isEqualTo("0 []");
  }

  private static String contents(String path) throws Exception {
    JsonNode found = JSON.readTree(edge.get(path).body()).get("data");
    return found.get("total") + " " + found.get("pageMessageList").findValuesAsText("content");
  }

  @Test
  void find_timeRange_isFromStartToBeforeEnd() throws Exception {
    edge.create(body("t", "g", "x"));
    long time = page("t", "g").get("pageMessageList").get(0).get("createTime").asLong();
    String page = "&pageNum=1&pageSize=9";
    assertThat(contents(find("t", "g", "&startTime=" + time + "&endTime=" + (time + 1) + page)))
        .isEqualTo("1 [x]");
    assertThat(contents(find("t", "g", "&startTime=0&endTime=" + time + page))).isEqualTo("0 []");
  }

  @Test
  void find_idsOfAnyKind_areExact() throws Exception {
    String group = "a&b=c?d/e#f%20+ 群";
    edge.create(body("q", group, "x"));
    assertThat(page("q", group).get("total").asInt()).isEqualTo(1);
    assertThat(page("q", group.replace('+', ' ')).get("total").asInt()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "groupId=1&startTime=0&endTime=9&pageNum=1&pageSize=1|appId is missing",
        "appId=1&startTime=0&endTime=9&pageNum=1&pageSize=1|groupId is missing",
        "appId=1&groupId=1&endTime=9&pageNum=1&pageSize=1|startTime is missing",
        "appId=1&groupId=1&startTime=0&pageNum=1&pageSize=1|endTime is missing",
        "appId=1&groupId=1&startTime=0&endTime=9&pageSize=1|pageNum is missing",
        "appId=1&groupId=1&startTime=0&endTime=9&pageNum=1|pageSize is missing",
        "appId=&groupId=1&startTime=0&endTime=9&pageNum=1&pageSize=1|appId must have 1 to 127",
        "appId=1&groupId=1&startTime=x&endTime=9&pageNum=1&pageSize=1|startTime must be a whole",
        "appId=1&groupId=1&startTime=0&endTime=99999999999999999999&pageNum=1&pageSize=1|endTime",
        "appId=1&groupId=1&startTime=0&endTime=9&pageNum=-1&pageSize=1|pageNum must be 0 or",
        "appId=1&groupId=1&startTime=0&endTime=9&pageNum=1&pageSize=0|pageSize must be 1 to 1000",
        "appId=1&groupId=1&startTime=0&endTime=9&pageNum=1&pageSize=1001|pageSize must be 1 to"
            + " 1000",
        "appId=1&groupId=1&startTime=0&endTime=9&pageNum=1&pageSize=99999999999|pageSize must be",
        "appId=1&appId=2&groupId=1&startTime=0&endTime=9&pageNum=1&pageSize=1|appId is given more",
        "appId=%FF&groupId=1&startTime=0&endTime=9&pageNum=1&pageSize=1|appId is not valid UTF-8",
      })
  void find_malformed_is400NamingTheParameter(String query, String why) throws Exception {
    assertRefused(edge.get("/chat/message/findByGroupId?" + query), 400, why);
  }

  @Test
  void find_pageFarAway_isEmpty() throws Exception {
    edge.create(body("far", "g", "x"));
    assertThat(
            contents(
                find(
                    "far",
                    "g",
                    "&startTime=0&endTime=9999999999999&pageNum=9223372036854775807&pageSize=1000")))
        .isEqualTo("1 []");
  }

  @Test
  void paths_thatDoNotExist_are404_andWrongMethods405_inTheEnvelope() throws Exception {
    assertRefused(edge.get("/chat/message/nothing"), 404, "there is nothing at this path");
    assertRefused(edge.get("/chat"), 404, "there is nothing at this path");
    HttpResponse<String> wrong = edge.get("/chat/message/create");
    assertRefused(wrong, 405, "this path takes POST");
    assertThat(wrong.headers().firstValue("allow")).contains("POST");
    assertRefused(
        edge.post("/chat/message/findByGroupId", new byte[0]), 405, "this path takes GET, HEAD");
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void paths_thatDoNotExist_areAnsweredAfterTheBody(HttpClient.Version version) throws Exception {
    for (String path : new String[] {"/chat/message/nothing", "/chat/message/findByGroupId"}) {
      HttpRequest request =
          HttpRequest.newBuilder(edge.uri(path))
              .version(version)
              .POST(BodyPublishers.ofByteArray(new byte[2 << 20]))
              .build();
      HttpResponse<String> answer = edge.client.send(request, BodyHandlers.ofString(UTF_8));
      assertThat(answer.statusCode()).isIn(404, 405);
      assertThat(answer.headers().firstValue("x-content-type-options")).contains("nosniff");
    }
  }

  @Test
  void requests_thatAreNoHttp_areRefusedAndOthersGoOn() throws Exception {
    for (String garbage :
        new String[] {
          "\u0016\u0003\u0001 hello\r\n\r\n",
          "GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
          "GET /chat/message/findByGroupId?appId=%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
          "POST /chat/message/create HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        }) {
      String answer = exchange(garbage);
      assertThat(answer).as(garbage).matches("(?s)(HTTP/1.1 400 .*)?");
      assertThat(answer.toLowerCase(java.util.Locale.ROOT)).doesNotContain("armeria");
    }
    assertThat(edge.get("/health").statusCode()).isEqualTo(200);
  }

  @Test
  void requests_sentToAForeignHostName_areForbidden() throws Exception {
    assertThat(exchange("GET /health HTTP/1.1\r\nHost: evil.example.com:8000\r\n\r\n"))
        .startsWith("HTTP/1.1 403 ")
        .contains("this server answers to localhost");
    assertThat(exchange("GET /health HTTP/1.1\r\nHost: chat.example.com\r\n\r\n"))
        .startsWith("HTTP/1.1 200 ");
  }

  /** Sends bytes as they are, and returns everything that is answered. */
  private static String exchange(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), edge.edge.port())) {
      socket.setSoTimeout(15_000);
      OutputStream out = socket.getOutputStream();
      out.write(request.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
      out.flush();
      socket.shutdownOutput();
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
