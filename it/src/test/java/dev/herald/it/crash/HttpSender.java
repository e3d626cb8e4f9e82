package dev.herald.it.crash;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.herald.it.harness.GroupApi;
import dev.herald.it.harness.HeraldProcess;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Sends over HTTP: by the group-message contract, or by resources. */
final class HttpSender implements Sender {
  static final Duration ANSWER_MAX = Duration.ofSeconds(30);

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(ANSWER_MAX)
          .build();
  private final HeraldProcess server;
  private final String app;
  private final boolean contract;

  /**
   * A sender.
   *
   * @param contract whether it uses the contract's endpoints, and not the resources
   */
  HttpSender(HeraldProcess server, String app, boolean contract) {
    this.server = server;
    this.app = app;
    this.contract = contract;
  }

  @Override
  public Told create(Sent message) throws Broken {
    ObjectNode body = JSON.createObjectNode();
    body.put("userId", message.user).put("content", message.content).put("type", 1);
    if (message.clientMessageId != null) {
      body.put("clientMessageId", message.clientMessageId);
    }
    if (!contract) {
      return resource(post(groupPath(message) + "/messages", body));
    }
    body.put("appId", app).put("groupId", message.group);
    HttpResponse<String> answer = post("/chat/message/create", body);
    return GroupApi.isAcknowledged(answer)
        ? Told.done(answer.headers().firstValue("Herald-Message-Id").orElse(null), 0)
        : refused(answer);
  }

  @Override
  public Told recall(Sent message) throws Broken {
    ObjectNode body = JSON.createObjectNode().put("recallCause", message.cause);
    if (!contract) {
      return resource(
          post(groupPath(message) + "/messages/" + message.messageId + "/recall", body));
    }
    HttpResponse<String> answer =
        post("/chat/message/recall", body.put("messageId", message.messageId));
    return GroupApi.json(answer.body()).path("success").asBoolean()
        ? Told.done(message.messageId, 0)
        : refused(answer);
  }

  private String groupPath(Sent message) {
    return "/v1/apps/" + app + "/groups/" + message.group;
  }

  private static Told resource(HttpResponse<String> answer) {
    if (answer.statusCode() / 100 != 2) {
      return refused(answer);
    }
    JsonNode message = GroupApi.json(answer.body());
    return Told.done(message.path("messageId").asText(), message.path("seq").asLong());
  }

  private static Told refused(HttpResponse<String> answer) {
    return Told.refused(answer.statusCode() + " " + answer.body());
  }

  private HttpResponse<String> post(String path, ObjectNode body) throws Broken {
    HttpRequest request =
        HttpRequest.newBuilder(server.http(path))
            .timeout(ANSWER_MAX)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body.toString()))
            .build();
    try {
      return http.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new Broken("POST " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Broken("interrupted", e);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
    http.close();
  }
}
