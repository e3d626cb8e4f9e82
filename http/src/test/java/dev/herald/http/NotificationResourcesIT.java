package dev.herald.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Notifications and presence over HTTP, mostly what is refused; the rest needs clients. */
class NotificationResourcesIT {
  private static final String PATH = "/v1/apps/a/notifications";

  @TempDir static Path data;
  private static EdgeFixture edge;

  @BeforeAll
  static void start() throws Exception {
    edge = EdgeFixture.start(data);
  }

  @AfterAll
  static void stop() {
    edge.close();
  }

  private static void expectProblem(HttpResponse<String> answer, int status, String why)
      throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
    JsonNode problem = new ObjectMapper().readTree(answer.body());
    assertThat(problem.get("detail").asText()).contains(why);
  }

  private static String draft(String targets, String more) {
    return "{\"targets\":[" + targets + "],\"content\":\"hi\"" + more + "}";
  }

  @Test
  void nobodyThere_isNobodyReached() throws Exception {
    HttpResponse<String> answer = edge.json(PATH, draft("{\"all\":true}", ""));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body())
        .matches(
            "\\{\"notificationId\":\"[0-9]+\",\"reached\":0,\"complete\":true,\"kept\":false}");
    assertThat(edge.json(PATH, draft("{\"all\":true}", ",\"ttlSeconds\":9")).body())
        .contains("\"kept\":true}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | 400 | targets is missing",
        "[] | 400 | a JSON object is expected",
        "{'targets':[{'all':true}]} | 400 | content is missing",
        "{'targets':[{'users':['']}],'content':''} | 400 | users must have 1 to 127 characters",
        "{'targets':[{'users':['a']}],'content':'','ttlSeconds':-1} | 400 | ttlSeconds must be",
        "{'targets':[{'users':['a']}],'content':'','ttlSeconds':604801} | 400 | ttlSeconds must be",
        "{'targets':[{'tags':{'any':['']}}],'content':''} | 400 | tags must have 1 to 64"
      })
  void badDrafts_areProblems(String body, int status, String why) throws Exception {
    expectProblem(edge.json(PATH, body.replace('\'', '"')), status, why);
  }

  @Test
  void limitsOfSize() throws Exception {
    String large = draft("{\"all\":true}", "").replace("hi", "x".repeat(65_537));
    expectProblem(edge.json(PATH, large), 413, "content must have at most 65536 bytes");
    expectProblem(
        edge.json(PATH, large.replace("x", "x".repeat(17))), 413, "larger than 1048576 bytes");
    StringBuilder users = new StringBuilder("\"u0\"");
    for (int i = 1; i <= 1000; i++) {
      users.append(",\"u").append(i).append('"');
    }
    expectProblem(
        edge.json(PATH, draft("{\"users\":[" + users + "]}", "")), 429, "at most 1000 names");
  }

  @Test
  void badPaths() throws Exception {
    String draft = draft("{\"all\":true}", "");
    expectProblem(edge.json("/v1/apps/" + "a".repeat(128) + "/notifications", draft), 400, "appId");
    expectProblem(edge.get(PATH), 405, "POST");
    expectProblem(edge.post(PATH, new byte[] {(byte) 0xFF}), 400, "UTF-8");
    expectProblem(edge.json("/v1/apps/a/users/u/presence", "{}"), 405, "GET");
    expectProblem(edge.get("/v1/apps/a/users/" + "u".repeat(128) + "/presence"), 400, "userId");
    assertThat(new String(edge.get("/v1/apps/a/users/u/presence").body().getBytes(UTF_8), UTF_8))
        .isEqualTo("{\"userId\":\"u\",\"online\":false,\"clients\":[],\"lastSeen\":null}");
  }
}
