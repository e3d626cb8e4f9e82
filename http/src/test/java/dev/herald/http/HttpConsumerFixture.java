package dev.herald.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** An edge with a consumer group, and what a client of it does. */
abstract class HttpConsumerFixture {
  static final ObjectMapper JSON = new ObjectMapper();
  static final String GROUP = "/v1/apps/a/consumer-groups/%24share%2Fg%2Fjobs%2F%23";
  static final String CONSUMERS = GROUP + "/consumers";
  static final int ACK_SECONDS = 30;
  static final Duration LONG = Duration.ofSeconds(30);
  static final HttpConsumerSettings SETTINGS =
      new HttpConsumerSettings(3, 1000, 1 << 20, Duration.ofSeconds(60));

  @TempDir Path data;
  EdgeFixture edge;

  @BeforeEach
  void start() throws Exception {
    HttpSettings defaults = EdgeFixture.settings(new GatewaySettings(1, 1 << 20, 1 << 19, LONG));
    edge =
        EdgeFixture.start(
            data,
            new HttpSettings(0, 1 << 20, LONG, LONG, 1000, 100, defaults.gateway(), SETTINGS));
  }

  @AfterEach
  void stop() {
    edge.close();
  }

  // ---- by hand

  String join(String body) throws Exception {
    HttpResponse<String> made = edge.json(CONSUMERS, body);
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    return made.headers().firstValue("location").orElseThrow();
  }

  List<JsonNode> poll(String consumer, String query) throws Exception {
    HttpResponse<String> answer = edge.get(consumer + "/messages" + query);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    List<JsonNode> messages = new ArrayList<>();
    JSON.readTree(answer.body()).get("messages").forEach(messages::add);
    return messages;
  }

  CompletableFuture<HttpResponse<String>> later(String path) {
    return edge.client.sendAsync(
        HttpRequest.newBuilder(edge.uri(path)).build(), BodyHandlers.ofString(UTF_8));
  }

  InputStream stream(String consumer) throws Exception {
    HttpResponse<InputStream> answer =
        edge.client.send(
            HttpRequest.newBuilder(edge.uri(consumer + "/messages"))
                .header("Accept", "application/x-ndjson")
                .build(),
            BodyHandlers.ofInputStream());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type")).contains("application/x-ndjson");
    return answer.body();
  }

  static void send(Socket socket, String path, String accept) throws IOException {
    String request =
        "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: " + accept + "\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(UTF_8));
  }

  String say(String consumer, String body) throws Exception {
    HttpResponse<String> answer = edge.json(consumer + "/acknowledgements", body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.body();
  }

  static String outcome(String as, String id) {
    StringBuilder json = new StringBuilder();
    for (String name : List.of("acknowledged", "refused", "extended", "gone", "unknown")) {
      json.append(json.isEmpty() ? "{" : ",").append('"').append(name).append("\":[");
      json.append(name.equals(as) ? '"' + id + '"' : "").append(']');
    }
    return json.append('}').toString();
  }

  CompletableFuture<HttpResponse<String>> publish(String topic, String text) {
    return edge.client.sendAsync(
        HttpRequest.newBuilder(edge.uri("/v1/apps/a/topics/" + topic))
            .header("Content-Type", "text/plain")
            .POST(BodyPublishers.ofString(text))
            .build(),
        BodyHandlers.ofString(UTF_8));
  }

  void publishLarge(int qos) {
    edge.router.publish(
        edge.apps.get("a").topics(),
        new Message(
            "jobs/1", new byte[64 << 10], qos, false, MessageProperties.NONE, Message.NEVER, null));
  }

  JsonNode group() throws Exception {
    return JSON.readTree(edge.get(GROUP).body());
  }

  JsonNode member(String clientId) throws Exception {
    for (JsonNode member : group().get("members")) {
      if (member.get("clientId").asText().equals(clientId)) {
        return member;
      }
    }
    throw new AssertionError("no member " + clientId);
  }

  long ended(String reason) {
    return edge.metrics.counter("herald_http_consumers_ended_total", "reason", reason, "").value();
  }

  /** So many seconds pass for consumer groups. */
  void pass(int seconds) {
    for (int i = 0; i < seconds; i++) {
      edge.apps.get("a").consumers().tick();
    }
  }

  /** So many seconds pass for leases. */
  void sweep(int seconds) {
    for (int i = 0; i < seconds; i++) {
      edge.edge.consumers().sweep();
    }
  }

  /** Acknowledges every line of a stream until it ends. */
  void acknowledge(String consumer, Lines lines) {
    try {
      while (true) {
        String id = lines.next().get("deliveryId").asText();
        say(consumer, "{\"acknowledge\":[\"" + id + "\"]}");
      }
    } catch (Exception ended) {
      // the test is over
    }
  }

  /** The lines of a stream. */
  record Lines(InputStream body, BufferedReader text) implements AutoCloseable {
    static Lines of(InputStream body) {
      return new Lines(body, new BufferedReader(new InputStreamReader(body, UTF_8)));
    }

    JsonNode next() throws IOException {
      String line = text.readLine();
      while (line != null && line.isEmpty()) {
        line = text.readLine();
      }
      if (line == null) {
        throw new IOException("the stream has ended");
      }
      return JSON.readTree(line);
    }

    @Override
    public void close() throws IOException {
      body.close();
    }
  }
}
