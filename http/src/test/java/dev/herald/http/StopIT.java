package dev.herald.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StopIT {
  private static final String FRAME =
      "{\"appId\":\"1\",\"groupId\":\"1\",\"userId\":\"1\",\"content\":\"hi\"}";

  @TempDir Path data;

  @Test
  void close_tellsGatewaysAndEnds() throws Exception {
    try (EdgeFixture edge = EdgeFixture.start(data);
        GatewayClient gateway = GatewayClient.open(edge, "1/1");
        RawGateway stuck = RawGateway.connect(edge.edge.port(), "1/2")) {
      assertThat(stuck.nextText()).contains("\"code\":2000");
      gateway.send(FRAME);
      assertThat(gateway.next()).contains("\"seq\":1}}");
      edge.edge.close(); // returns although one does not read
      assertThat(gateway.closed()).isEqualTo("1001 the server is stopping");
      assertThat(stuck.nextText()).contains("\"code\":2001");
      assertThat(stuck.next().status()).isEqualTo(1001);
      assertThatThrownBy(() -> edge.get("/health")).isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void close_answersThoseWhoWaitForEvents() throws Exception {
    try (EdgeFixture edge = EdgeFixture.start(data)) {
      CompletableFuture<HttpResponse<String>> answer =
          edge.client.sendAsync(
              HttpRequest.newBuilder(edge.uri("/v1/apps/a/groups/g/events?after=7&wait=60"))
                  .build(),
              BodyHandlers.ofString());
      await().until(() -> edge.metric("herald_http_event_waits") == 1);
      edge.edge.close();
      assertThat(answer.get(10, TimeUnit.SECONDS).body()).isEqualTo("{\"events\":[],\"next\":7}");
      assertThat(edge.metric("herald_http_event_waits")).isZero();
    }
  }

  @Test
  void start_onAPortInUse_namesIt() throws Exception {
    try (EdgeFixture first = EdgeFixture.start(data)) {
      HttpSettings free =
          EdgeFixture.settings(new GatewaySettings(1, 1 << 20, 1 << 19, Duration.ofSeconds(1)));
      HttpSettings taken =
          new HttpSettings(
              first.edge.port(),
              free.requestBytesMax(),
              free.requestTimeout(),
              free.publishTimeout(),
              free.connectionsMax(),
              free.eventWaitsMax(),
              free.gateway(),
              free.consumer());
      assertThatThrownBy(() -> EdgeFixture.start(data.resolve("second"), taken))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("http.port " + first.edge.port() + " cannot be bound on 127.0.0.1");
    }
  }
}
