package dev.herald.it;

import static com.hivemq.client.mqtt.datatypes.MqttQos.AT_LEAST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedContext;
import com.hivemq.client.mqtt.lifecycle.MqttDisconnectSource;
import com.hivemq.client.mqtt.mqtt3.Mqtt3Client;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import dev.herald.it.harness.GatewaySocket;
import dev.herald.it.harness.GroupApi;
import dev.herald.it.harness.HeraldProcess;
import dev.herald.it.harness.Mqtt5;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM: clients are told, what is acknowledged is kept, the process ends soon with 0. */
class StopIT {
  private static final Duration STOP_MAX = Duration.ofSeconds(5);

  @TempDir Path data;

  @Test
  void everyKindOfClientIsTold() throws Exception {
    try (var server = HeraldProcess.start(data);
        var gateway = GatewaySocket.connect(server, "a", "gw")) {
      CompletableFuture<MqttClientDisconnectedContext> tcp = new CompletableFuture<>();
      CompletableFuture<MqttClientDisconnectedContext> old = new CompletableFuture<>();
      CompletableFuture<MqttClientDisconnectedContext> ws = new CompletableFuture<>();
      List<Mqtt5> many = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        many.add(Mqtt5.connected(server, "a"));
      }
      Mqtt5.builder(server, "a").addDisconnectedListener(tcp::complete).buildBlocking().connect();
      Mqtt5.builder(server, "a")
          .serverPort(server.ports().ws())
          .webSocketConfig()
          .serverPath("mqtt")
          .applyWebSocketConfig()
          .addDisconnectedListener(ws::complete)
          .buildBlocking()
          .connect();
      Mqtt3Client.builder()
          .serverHost("127.0.0.1")
          .serverPort(server.ports().mqtt())
          .addDisconnectedListener(old::complete)
          .buildBlocking()
          .connect();
      HeraldProcess.Stopped stopped = server.stop();

      assertThat(stopped.code()).isZero();
      assertThat(stopped.took()).isLessThan(STOP_MAX);
      assertToldShuttingDown(tcp);
      assertToldShuttingDown(ws);
      GatewaySocket.Closed closed = gateway.awaitClosed();
      assertThat(closed.status()).isEqualTo(1001);
      assertThat(closed.reason()).isNotBlank();
      assertThat(old.get(10, TimeUnit.SECONDS).getSource()).isEqualTo(MqttDisconnectSource.SERVER);
      assertThat(server.problems()).isEmpty();
      many.forEach(Mqtt5::close);
    }
  }

  private static void assertToldShuttingDown(CompletableFuture<MqttClientDisconnectedContext> end)
      throws Exception {
    assertThat(end.get(10, TimeUnit.SECONDS).getCause())
        .isInstanceOfSatisfying(
            Mqtt5DisconnectException.class,
            e ->
                assertThat(e.getMqttMessage().getReasonCode())
                    .isEqualTo(Mqtt5DisconnectReasonCode.SERVER_SHUTTING_DOWN));
  }

  @Test
  void whatWasAcknowledgedWhileStopping_isKept() {
    Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    try (var server = HeraldProcess.start(data);
        var api = new GroupApi(server, "a")) {
      api.create("g", "u", "first");
      List<CompletableFuture<?>> sends = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        String text = "m" + i;
        sends.add(
            api.send("g", "u", text)
                .thenAccept(answer -> {
                  if (GroupApi.isAcknowledged(answer)) {
                    acknowledged.add(text);
                  }
                })
                .exceptionally(refused -> null));
      }
      HeraldProcess.Stopped stopped = server.stop();
      sends.forEach(CompletableFuture::join);

      assertThat(stopped.code()).isZero();
      assertThat(stopped.took()).isLessThan(STOP_MAX);
      server.restart();
      List<JsonNode> history = api.history("g");
      assertThat(history)
          .extracting(m -> m.path("content").asText())
          .contains("first")
          .containsAll(acknowledged)
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void aClientThatDoesNotRead_doesNotHoldTheStopUp() throws Exception {
    try (var server = HeraldProcess.start(data);
        var deaf = new Socket(InetAddress.getLoopbackAddress(), server.ports().mqtt());
        var deafHttp = new Socket(InetAddress.getLoopbackAddress(), server.ports().http());
        var deafGateway = GatewaySocket.open(server, "a", "gw")) {
      deafGateway.next();
      deaf.getOutputStream()
          .write(new byte[] {0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 5, 2, 0, 60, 0, 0, 0});
      deafHttp
          .getOutputStream()
          .write("POST /chat/message/create HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
      try (var healthy = Mqtt5.connected(server, "a").subscribe("t", AT_LEAST_ONCE)) {
        healthy.publish("t", AT_LEAST_ONCE, "m");
        assertThat(healthy.nextText()).isEqualTo("m");
        HeraldProcess.Stopped stopped = server.stop();

        assertThat(stopped.code()).isZero();
        assertThat(stopped.took()).isLessThan(STOP_MAX);
      }
    }
  }
}
