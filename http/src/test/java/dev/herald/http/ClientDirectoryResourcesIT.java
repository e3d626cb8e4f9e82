package dev.herald.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The clients of an app over HTTP. */
class ClientDirectoryResourcesIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CLIENTS = "/v1/apps/a/clients";
  private static final String MARKUP = "<b>1/2?%&\"";

  @TempDir Path data;
  private EdgeFixture edge;

  @BeforeEach
  void start() throws Exception {
    edge = EdgeFixture.start(data);
    edge.clients.add(MARKUP, "ann", "<i>/+");
    edge.clients.add("web-1", "bob");
    edge.clients.addAbsent("web-2");
  }

  @AfterEach
  void stop() {
    edge.close();
  }

  private JsonNode read(String path) throws Exception {
    HttpResponse<String> answer = edge.get(path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static List<String> ids(JsonNode page) {
    return page.get("clients")
        .valueStream()
        .map(client -> client.get("clientId").asText())
        .toList();
  }

  @ParameterizedTest
  @CsvSource({
    "'', 3",
    "prefix=web-, 2",
    "prefix=Web-, 0",
    "userId=ann, 1",
    "userId=, 1",
    "prefix=web-&userId=bob, 1",
    "prefix=%3Cb%3E1/2, 1",
    "tag=tag+of+bob, 1",
    "tag=Tag+of+bob, 0"
  })
  void list_isFiltered(String query, int expected) throws Exception {
    assertThat(ids(read(CLIENTS + '?' + query))).hasSize(expected);
  }

  @Test
  void list_goesOnAfterACursor() throws Exception {
    JsonNode first = read(CLIENTS + "?limit=2");
    assertThat(ids(first)).containsExactly(MARKUP, "web-1");
    JsonNode second = read(CLIENTS + "?limit=2&after=" + first.get("after").asText());
    assertThat(ids(second)).containsExactly("web-2");
    assertThat(second.get("after").isNull()).isTrue();
    assertThat(ids(read("/v1/apps/b/clients"))).isEmpty();
  }

  @Test
  void client_isFoundByItsIdentifier_whateverItIs() throws Exception {
    JsonNode client = read(CLIENTS + '/' + Text.percentEncoded(MARKUP));
    assertThat(client.get("clientId").asText()).isEqualTo(MARKUP);
    assertThat(client.at("/subscriptions/0/filter").asText()).isEqualTo("<i>/+");
    assertThat(client.get("protocol").asText()).isEqualTo("5.0");
    JsonNode absent = read(CLIENTS + "/web-2");
    assertThat(absent.get("connected").asBoolean()).isFalse();
    assertThat(absent.get("since").isNull()).isTrue();
    assertThat(absent.get("protocol").isNull()).isTrue();
    assertThat(edge.get(CLIENTS + "/web-3").statusCode()).isEqualTo(404);
    assertThat(edge.get("/v1/apps/b/clients/web-1").statusCode()).isEqualTo(404);
  }

  @Test
  void client_isDisconnectedOnce() throws Exception {
    HttpResponse<String> done = edge.send("DELETE", CLIENTS + "/web-1", "");
    assertThat(done.statusCode()).isEqualTo(204);
    assertThat(done.body()).isEmpty();
    assertThat(edge.send("DELETE", CLIENTS + "/web-1", "").statusCode()).isEqualTo(404);
    assertThat(edge.send("DELETE", CLIENTS + "/web-2", "").statusCode()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        CLIENTS + "?limit=0",
        CLIENTS + "?limit=1001",
        CLIENTS + "?limit=x",
        CLIENTS + "?after=*",
        CLIENTS + "?after=_w",
        CLIENTS + "?userId=%ff",
        CLIENTS + "?userId=a&userId=b",
        CLIENTS + "/%ff"
      })
  void badInput_isRefused(String path) throws Exception {
    HttpResponse<String> answer = edge.get(path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
  }
}
