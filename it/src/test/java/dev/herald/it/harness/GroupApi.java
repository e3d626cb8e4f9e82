package dev.herald.it.harness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The group messages of one app over HTTP, by the JDK's client. Thread-safe. */
public final class GroupApi implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PAGE = 1000;

  private final HeraldProcess server;
  private final String app;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  /**
   * The API of a server.
   *
   * @param server it runs when a method is called
   * @param app whose groups
   */
  public GroupApi(HeraldProcess server, String app) {
    this.server = server;
    this.app = app;
  }

  /** Sends a create, and does not wait. */
  public CompletableFuture<HttpResponse<String>> send(String group, String user, String content) {
    ObjectNode body = JSON.createObjectNode();
    body.put("appId", app).put("groupId", group).put("userId", user);
    body.put("content", content).put("type", 1);
    return post("/chat/message/create", body);
  }

  /**
   * Recalls a message.
   *
   * @param messageId its id
   * @throws AssertionError if it is not acknowledged
   */
  public void recall(String messageId) {
    HttpResponse<String> answer =
        post("/chat/message/recall", JSON.createObjectNode().put("messageId", messageId)).join();
    if (!isAcknowledged(answer)) {
      throw new AssertionError("recall answered " + answer.statusCode() + " " + answer.body());
    }
  }

  private CompletableFuture<HttpResponse<String>> post(String path, ObjectNode body) {
    HttpRequest request =
        HttpRequest.newBuilder(server.http(path))
            .timeout(Duration.ofSeconds(30))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body.toString()))
            .build();
    return http.sendAsync(request, BodyHandlers.ofString());
  }

  /**
   * Creates a message.
   *
   * @return its id
   * @throws AssertionError if it is not acknowledged
   */
  public String create(String group, String user, String content) {
    HttpResponse<String> answer = send(group, user, content).join();
    if (!isAcknowledged(answer)) {
      throw new AssertionError("create answered " + answer.statusCode() + " " + answer.body());
    }
    return answer.headers().firstValue("Herald-Message-Id").orElseThrow();
  }

  /** Whether an answer to a create says that the message is kept. */
  public static boolean isAcknowledged(HttpResponse<String> answer) {
    return answer.statusCode() == 200
        && answer
            .body()
            .equals("{\"success\":true,\"code\":0,\"message\":\"success\",\"data\":\"\"}");
  }

  /** All messages of a group, in the order of history, read page by page. */
  public List<JsonNode> history(String group) {
    List<JsonNode> all = new ArrayList<>();
    for (int page = 1; ; page++) {
      JsonNode data = find(group, page).path("data");
      data.path("pageMessageList").forEach(all::add);
      if (all.size() >= data.path("total").asInt()) {
        return all;
      }
    }
  }

  private JsonNode find(String group, int page) {
    String query =
        "appId="
            + encode(app)
            + "&groupId="
            + encode(group)
            + "&startTime=0&endTime=9999999999999&pageNum="
            + page
            + "&pageSize="
            + PAGE;
    HttpResponse<String> answer = get("/chat/message/findByGroupId?" + query);
    JsonNode json = json(answer.body());
    if (!json.path("success").asBoolean()) {
      throw new AssertionError("find answered " + answer.statusCode() + " " + answer.body());
    }
    return json;
  }

  /** Gets a resource of the server. */
  public HttpResponse<String> get(String pathAndQuery) {
    URI uri = server.http(pathAndQuery);
    try {
      return http.send(
          HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(30)).build(),
          BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(uri + " failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Text as JSON. */
  public static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new AssertionError("not JSON: " + text, e);
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    http.shutdownNow();
    http.close();
  }
}
