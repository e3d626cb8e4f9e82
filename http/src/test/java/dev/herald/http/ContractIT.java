package dev.herald.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole bodies and frames of the group-message contract, byte for byte but for ids and times. */
class ContractIT {
  private static final String DONE =
      "{\"success\":true,\"code\":0,\"message\":\"success\",\"data\":\"\"}";

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

  /** Puts words in the place of what differs from run to run. */
  private static String golden(String body) {
    return body.replaceAll("Id\":\"\\d{17,19}\"", "Id\":\"ID\"")
        .replaceAll("\\b1\\d{12}\\b", "TIME");
  }

  private static String idOf(HttpResponse<String> created) {
    assertThat(created.body()).isEqualTo(DONE);
    return created.headers().firstValue("Herald-Message-Id").orElseThrow();
  }

  private static String create(String appId, String content) throws Exception {
    return idOf(
        edge.create(
            "{\"appId\":\""
                + appId
                + "\",\"groupId\":\"g\",\"userId\":\"u\",\"content\":\""
                + content
                + "\"}"));
  }

  private static String publish(String appId, String title) throws Exception {
    return idOf(
        edge.json(
            "/notice/information/create",
            "{\"appId\":\""
                + appId
                + "\",\"groupId\":\"g\",\"userId\":\"u\",\"title\":\""
                + title
                + "\",\"content\":\"hello\"}"));
  }

  private static String failed(String why) {
    return "{\"success\":false,\"code\":-1,\"message\":\"" + why + "\",\"data\":null}";
  }

  private static void assertAnswer(HttpResponse<String> answer, int status, String body) {
    assertThat(answer.body()).isEqualTo(body);
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("content-type"))
        .contains("application/json; charset=utf-8");
  }

  private static HttpResponse<String> recall(String json) throws Exception {
    return edge.json("/chat/message/recall", json);
  }

  @Test
  void recall_atOnceAfterTheCreate_works_andASecondTimeDoesNot() throws Exception {
    String id = create("recall", "hi");
    assertAnswer(recall("{\"messageId\":\"" + id + "\",\"recallCause\":\"first\"}"), 200, DONE);
    assertAnswer(
        recall("{\"messageId\":" + id + ",\"recallCause\":\"second\"}"),
        200,
        failed("message " + id + " was recalled before"));
    HttpResponse<String> found =
        edge.get(
            "/chat/message/findByGroupId?appId=recall&groupId=g&startTime=0&endTime=9999999999999"
                + "&pageNum=1&pageSize=10");
    assertThat(golden(found.body()))
        .isEqualTo(
            "{\"success\":true,\"code\":0,\"message\":\"success\",\"data\":{\"total\":1,"
                + "\"pageMessageList\":[{\"messageId\":\"ID\",\"appId\":\"recall\",\"groupId\":\"g\","
                + "\"userId\":\"u\",\"content\":\"\",\"createTime\":TIME,\"recallTime\":TIME,"
                + "\"recallCause\":\"first\",\"status\":0,\"type\":null,\"seq\":1}]}}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|messageId is missing",
        "{'messageId':null}|messageId is missing",
        "{'messageId':''}|messageId must be a whole number",
        "{'messageId':'x'}|messageId must be a whole number",
        "{'messageId':1.5}|messageId must be an integer",
        "{'messageId':['1']}|messageId must be an integer",
        "{'messageId':'99999999999999999999'}|messageId must be a number of at most 64 bits",
        "{'messageId':'1','messageId':'2'}|messageId is given more than once",
        "{'messageId':'1','recallCause':7}|recallCause must be a JSON string",
        "{'messageId':'1','recallCause':'\\ud800'}|recallCause is not well-formed Unicode text",
      })
  void recall_malformed_is400NamingTheField(String json, String why) throws Exception {
    assertAnswer(recall(json.replace('\'', '"')), 400, failed(why));
  }

  @Test
  void recall_whatIsNotThere_isRefused() throws Exception {
    assertAnswer(recall("{\"messageId\":\"5\"}"), 200, failed("there is no message 5"));
    assertAnswer(recall("{\"messageId\":\"-5\"}"), 200, failed("there is no message -5"));
    assertAnswer(recall("{\"messageId\":\"0\"}"), 200, failed("there is no message 0"));
  }

  @Test
  void recall_causeAtTheLimit_isKept_andOneCharacterMoreIsRefused() throws Exception {
    String id = create("cause", "hi");
    assertAnswer(
        recall("{\"messageId\":\"" + id + "\",\"recallCause\":\"" + "群".repeat(256) + "\"}"),
        400,
        failed("recallCause must have at most 255 characters, it has 256"));
    assertAnswer(
        recall("{\"messageId\":\"" + id + "\",\"recallCause\":\"" + "群".repeat(255) + "\"}"),
        200,
        DONE);
  }

  @Test
  void notice_isDeletedOnce_byJsonFormOrQuery() throws Exception {
    String path = "/notice/information/delete";
    String id = publish("delete", "one");
    assertAnswer(edge.json(path, "{\"informationId\":\"" + id + "\"}"), 200, DONE);
    assertAnswer(
        edge.json(path, "{\"informationId\":\"" + id + "\"}"),
        200,
        failed("notice " + id + " was deleted before"));
    String form = "informationId=" + publish("delete", "two");
    assertAnswer(
        edge.post(
            path,
            form.getBytes(UTF_8),
            "Content-Type",
            "application/x-www-form-urlencoded; charset=UTF-8"),
        200,
        DONE);
    assertAnswer(
        edge.post(path + "?informationId=" + publish("delete", "three"), new byte[0]), 200, DONE);
    assertAnswer(
        edge.post(path + "?informationId=7", new byte[0]), 200, failed("there is no notice 7"));
    assertAnswer(edge.post(path, new byte[0]), 400, failed("a JSON object is expected"));
    assertAnswer(edge.json(path, "{}"), 400, failed("informationId is missing"));
    assertAnswer(
        edge.post(path + "?informationId=x", new byte[0]),
        400,
        failed("informationId must be a whole number"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|appId is missing",
        "{'appId':'1','groupId':'1','userId':'1','content':''}|title is missing",
        "{'appId':'1','groupId':'1','userId':'1','title':''}|content is missing",
        "{'appId':'1','groupId':'1','userId':'1','title':1,'content':''}|title must be a JSON"
            + " string",
        "{'appId':'1','groupId':'1','userId':'1','title':'','content':'','jumpUrl':{}}|jumpUrl must"
            + " be a JSON string",
        "{'appId':'1','groupId':'1','userId':'1','title':'','content':'','type':'x'}|type must be a"
            + " whole number",
      })
  void notice_malformed_is400NamingTheField(String json, String why) throws Exception {
    long before = edge.eventCount();
    assertAnswer(
        edge.json("/notice/information/create", json.replace('\'', '"')), 400, failed(why));
    assertThat(edge.eventCount()).isEqualTo(before);
  }

  @Test
  void frames_tellWhatHappens_noticesOnlyToWhoAsked() throws Exception {
    try (GatewayClient plain = GatewayClient.open(edge, "frames/1");
        GatewayClient asked = GatewayClient.open(edge, "frames/2?notices=1")) {
      String message = create("frames", "hi");
      String notice = publish("frames", "news");
      assertAnswer(recall("{\"messageId\":\"" + message + "\"}"), 200, DONE);
      assertAnswer(
          edge.json("/notice/information/delete", "{\"informationId\":\"" + notice + "\"}"),
          200,
          DONE);
      assertAnswer(
          recall("{\"messageId\":\"" + create("frames", "x") + "\",\"recallCause\":\"why\"}"),
          200,
          DONE);
      String created =
          "{\"success\":true,\"code\":2001,\"message\":\"success\",\"data\":{\"messageId\":\"ID\","
              + "\"appId\":\"frames\",\"groupId\":\"g\",\"userId\":\"u\",\"content\":\"hi\","
              + "\"createTime\":TIME,\"recallTime\":0,\"recallCause\":null,\"status\":1,\"type\":null,"
              + "\"seq\":1}}";
      String recalled =
          "{\"success\":true,\"code\":2002,\"message\":\"success\",\"data\":{\"messageId\":\"ID\","
              + "\"appId\":\"frames\",\"groupId\":\"g\",\"userId\":\"u\",\"content\":\"\","
              + "\"createTime\":TIME,\"recallTime\":TIME,\"recallCause\":null,\"status\":0,"
              + "\"type\":null,\"seq\":1,\"eventSeq\":3}}";
      assertThat(golden(plain.next())).isEqualTo(created);
      assertThat(golden(plain.next())).isEqualTo(recalled);
      assertThat(plain.next()).contains("\"code\":2001").contains("\"seq\":5}}");
      assertThat(plain.next()).contains("\"recallCause\":\"why\"").contains("\"eventSeq\":6}}");
      assertThat(golden(asked.next())).isEqualTo(created);
      assertThat(golden(asked.next()))
          .isEqualTo(
              "{\"success\":true,\"code\":2003,\"message\":\"success\",\"data\":{"
                  + "\"informationId\":\"ID\",\"appId\":\"frames\",\"groupId\":\"g\",\"userId\":\"u\","
                  + "\"title\":\"news\",\"content\":\"hello\",\"createTime\":TIME,\"deleteTime\":0,"
                  + "\"jumpURL\":null,\"status\":1,\"type\":0,\"seq\":2}}");
      assertThat(golden(asked.next())).isEqualTo(recalled);
      assertThat(golden(asked.next()))
          .isEqualTo(
              "{\"success\":true,\"code\":2004,\"message\":\"success\",\"data\":{"
                  + "\"informationId\":\"ID\",\"appId\":\"frames\",\"groupId\":\"g\",\"userId\":\"u\","
                  + "\"title\":\"\",\"content\":\"\",\"createTime\":TIME,\"deleteTime\":TIME,"
                  + "\"jumpURL\":null,\"status\":0,\"type\":0,\"seq\":2,\"eventSeq\":4}}");
    }
    assertResumed("frames/3?after=g:0", "2001", "2002", "2001", "2002");
    assertResumed("frames/3?after=g:1", "2002", "2001", "2002");
    assertResumed("frames/3?after=g:3&notices=0", "2001", "2002");
    assertResumed("frames/3?after=g:0&notices=1", "2001", "2003", "2002", "2004", "2001", "2002");
    try (GatewayClient bad = GatewayClient.connect(edge, "frames/4?notices=yes")) {
      assertThat(bad.next()).contains("\"code\":4000").contains("notices must be a whole number");
    }
  }

  /** What was recalled since is not shown again: each message comes without content. */
  private static void assertResumed(String path, String... codes) throws Exception {
    try (GatewayClient gateway = GatewayClient.open(edge, path)) {
      for (String code : codes) {
        assertThat(gateway.next()).contains("\"code\":" + code).contains("\"content\":\"\"");
      }
      assertThat(gateway.next()).contains("\"code\":2006");
    }
  }

  private static String message(String userId, String content, int seq) {
    return "{\"messageId\":\"ID\",\"appId\":\"find\",\"groupId\":\"g\",\"userId\":\""
        + userId
        + "\",\"content\":\""
        + content
        + "\",\"createTime\":TIME,\"recallTime\":0,\"recallCause\":null,\"status\":1,\"type\":1,"
        + "\"seq\":"
        + seq
        + "}";
  }

  private static String success(String data) {
    return "{\"success\":true,\"code\":0,\"message\":\"success\",\"data\":" + data + "}";
  }

  private static String say(String groupId, String userId, String content) throws Exception {
    return idOf(
        edge.create(
            "{\"appId\":\"find\",\"groupId\":\""
                + groupId
                + "\",\"userId\":\""
                + userId
                + "\",\"content\":\""
                + content
                + "\",\"type\":\"1\"}"));
  }

  private static void assertFound(String path, String data) throws Exception {
    HttpResponse<String> answer = edge.get(path);
    assertThat(golden(answer.body())).isEqualTo(success(data));
    assertThat(answer.statusCode()).isEqualTo(200);
  }

  @Test
  void find_messages_ofGroupUserAndBoth_beforeAndAfter_andGroupsOfAUser() throws Exception {
    final String one = say("g", "u", "one");
    final String two = say("g", "v", "two");
    say("h", "u", "else");
    say("g", "u", "three");
    String page = "&startTime=0&endTime=9999999999999&pageNum=1&pageSize=2";
    String m1 = message("u", "one", 1);
    String m2 = message("v", "two", 2);
    String m3 = message("u", "three", 3);
    String other = message("u", "else", 1).replace("\"groupId\":\"g\"", "\"groupId\":\"h\"");
    String find = "/chat/message/";
    assertFound(
        find + "findByGroupId?appId=find&groupId=g" + page,
        "{\"total\":3,\"pageMessageList\":[" + m1 + "," + m2 + "]}");
    assertFound(
        find + "findByUserId?appId=find&userId=u" + page,
        "{\"total\":3,\"pageMessageList\":[" + m1 + "," + other + "]}");
    assertFound(
        find + "findByUserId?appId=find&userId=u" + page.replace("pageNum=1", "pageNum=2"),
        "{\"total\":3,\"pageMessageList\":[" + m3 + "]}");
    assertFound(
        find + "findByGroupIdAndUserId?appId=find&groupId=g&userId=u" + page,
        "{\"total\":2,\"pageMessageList\":[" + m1 + "," + m3 + "]}");
    assertFound(
        find + "findByGroupIdAndUserId?appId=find&groupId=g&userId=U" + page,
        "{\"total\":0,\"pageMessageList\":[]}");
    String beside = "?appId=find&groupId=g&pageSize=2&messageId=";
    assertFound(find + "findAfterByMessageId" + beside + one, "[" + m2 + "," + m3 + "]");
    assertFound(find + "findBeforeByMessageId" + beside + two, "[" + m1 + "]");
    assertFound(find + "findBeforeByMessageId" + beside + one, "[]");
    for (String side : new String[] {"findAfterByMessageId", "findBeforeByMessageId"}) {
      assertAnswer(edge.get(find + side + beside + "5"), 200, failed("there is no message 5"));
      assertAnswer(
          edge.get(find + side + beside.replace("=g", "=h") + one),
          200,
          failed("there is no message " + one));
      assertAnswer(
          edge.get(find + side + beside.replace("Size=2", "Size=0") + one),
          400,
          failed("pageSize must be 1 to 1000, it is 0"));
      assertAnswer(
          edge.get(find + side + beside + "x"), 400, failed("messageId must be a whole number"));
    }
    String groups =
        golden(edge.get("/chat/group/findGroupListByUserId?appId=find&userId=u").body());
    assertThat(groups)
        .isEqualTo(
            success(
                "[{\"groupId\":\"g\",\"newMessage\":\"three\",\"updateTime\":\"TIME\","
                    + "\"messageTotal\":3},{\"groupId\":\"h\",\"newMessage\":\"else\","
                    + "\"updateTime\":\"TIME\",\"messageTotal\":1}]"));
    assertFound("/chat/group/findGroupListByUserId?appId=find&userId=nobody", "[]");
    assertAnswer(
        edge.get("/chat/group/findGroupListByUserId?appId=find"), 400, failed("userId is missing"));
  }

  private static String notice(String userId, String title, int seq) {
    return "{\"informationId\":\"ID\",\"appId\":\"notes\",\"groupId\":\"g\",\"userId\":\""
        + userId
        + "\",\"title\":\""
        + title
        + "\",\"content\":\"c\",\"createTime\":TIME,\"deleteTime\":0,\"jumpURL\":\"http://e/?a=1&b\","
        + "\"status\":1,\"type\":0,\"seq\":"
        + seq
        + "}";
  }

  private static String note(String userId, String title) throws Exception {
    return idOf(
        edge.json(
            "/notice/information/create",
            "{\"appId\":\"notes\",\"groupId\":\"g\",\"userId\":\""
                + userId
                + "\",\"title\":\""
                + title
                + "\",\"content\":\"c\",\"jumpUrl\":\"http://e/?a=1&b\"}"));
  }

  @Test
  void find_notices_ofGroupUserAndBoth_newestFirst_deletedOnesNot() throws Exception {
    note("u", "one");
    String two = note("v", "two");
    note("u", "three");
    assertAnswer(
        edge.json("/notice/information/delete", "{\"informationId\":\"" + two + "\"}"), 200, DONE);
    String page = "&startTime=0&endTime=9999999999999&pageNum=0&pageSize=10";
    String both =
        "{\"total\":2,\"pageInformationList\":["
            + notice("u", "three", 3)
            + ","
            + notice("u", "one", 1)
            + "]}";
    String find = "/notice/information/";
    assertFound(find + "findByGroupId?appId=notes&groupId=g" + page, both);
    assertFound(find + "findByUserId?appId=notes&userId=u" + page, both);
    assertFound(find + "findByGroupIdAndUserId?appId=notes&groupId=g&userId=u" + page, both);
    String none = "{\"total\":0,\"pageInformationList\":[]}";
    assertFound(find + "findByUserId?appId=notes&userId=v" + page, none);
    assertFound(find + "findByGroupId?appId=g&groupId=g" + page, none);
    assertFound(
        find
            + "findByGroupId?appId=notes&groupId=g"
            + page.replace("startTime=0", "startTime=9999999999999"),
        none);
    assertAnswer(
        edge.get(find + "findByGroupId?appId=notes" + page), 400, failed("groupId is missing"));
    assertAnswer(
        edge.get(find + "findByUserId?appId=notes" + page), 400, failed("userId is missing"));
    assertAnswer(
        edge.get(find + "findByGroupIdAndUserId?appId=notes&groupId=g" + page),
        400,
        failed("userId is missing"));
  }

  /** Text that means something to a database, a page, a shell or JSON is text like any other. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "'; DROP TABLE message; --",
        "\" OR \"1\"=\"1",
        "%_\\",
        "<script>alert(1)</script>",
        "$(reboot) `x`",
        "\t\r\n",
        "a/b+c#d$e",
        " x ",
        "\uD83D\uDE00e\u0301"
      })
  void everyField_takesTextOfAnyKind(String text) throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    String json =
        mapper.writeValueAsString(
            mapper
                .createObjectNode()
                .put("appId", text)
                .put("groupId", text)
                .put("userId", text)
                .put("title", text)
                .put("jumpUrl", text)
                .put("clientMessageId", text)
                .put("content", text));
    final String id = idOf(edge.create(json));
    idOf(edge.json("/notice/information/create", json));
    assertAnswer(
        recall(
            mapper.writeValueAsString(
                mapper.createObjectNode().put("messageId", id).put("recallCause", text))),
        200,
        DONE);
    String encoded = Text.percentEncoded(text);
    String query =
        "?appId="
            + encoded
            + "&groupId="
            + encoded
            + "&userId="
            + encoded
            + "&startTime=0&endTime=9999999999999&pageNum=1&pageSize=10";
    JsonNode messages =
        mapper.readTree(edge.get("/chat/message/findByGroupIdAndUserId" + query).body());
    JsonNode message = messages.at("/data/pageMessageList/0");
    for (String field : new String[] {"appId", "groupId", "userId", "recallCause"}) {
      assertThat(message.get(field).asText()).as(field).isEqualTo(text);
    }
    JsonNode notices =
        mapper.readTree(edge.get("/notice/information/findByGroupIdAndUserId" + query).body());
    JsonNode notice = notices.at("/data/pageInformationList/0");
    for (String field :
        new String[] {"appId", "groupId", "userId", "title", "content", "jumpURL"}) {
      assertThat(notice.get(field).asText()).as(field).isEqualTo(text);
    }
    JsonNode groups = mapper.readTree(edge.get("/chat/group/findGroupListByUserId" + query).body());
    assertThat(groups.at("/data/0/groupId").asText()).isEqualTo(text);
  }

  /** The HTTP library refuses it before any endpoint is found, so not in the envelope. */
  @Test
  void query_withAControlCharacter_isRefused() throws Exception {
    HttpResponse<String> answer = edge.get("/chat/group/findGroupListByUserId?appId=%01&userId=u");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("the request cannot be read");
  }

  /** What is too long or absurd is refused by name at the HTTP edge and the gateway's alike. */
  @ParameterizedTest
  @CsvSource({
    "appId, 128", "groupId, 128", "userId, 128", "clientMessageId, 128",
    "appId, 0", "groupId, 0", "userId, 0", "clientMessageId, 0"
  })
  void ids_outOfBounds_areRefusedEverywhere(String field, int length) throws Exception {
    ObjectNode draft =
        new ObjectMapper()
            .createObjectNode()
            .put("appId", "bounds")
            .put("groupId", "g")
            .put("userId", "u")
            .put("title", "t")
            .put("content", "c")
            .put(field, "群".repeat(length));
    long before = edge.eventCount();
    String why = field + " must have 1 to 127 characters, it has " + length;
    assertAnswer(edge.create(draft.toString()), 400, failed(why));
    assertAnswer(edge.json("/notice/information/create", draft.toString()), 400, failed(why));
    try (GatewayClient gateway = GatewayClient.open(edge, "bounds/" + field + length)) {
      gateway.send(draft.toString());
      assertThat(gateway.next())
          .contains("\"code\":4001")
          .contains(field.equals("appId") ? "appId is not the app of this connection" : why);
    }
    assertThat(edge.eventCount()).isEqualTo(before);
    ObjectNode most = draft.deepCopy().put(field, "群".repeat(127));
    assertThat(edge.create(most.toString()).statusCode()).isEqualTo(200);
  }
}
