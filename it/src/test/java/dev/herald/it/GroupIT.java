package dev.herald.it;

import static com.hivemq.client.mqtt.datatypes.MqttQos.AT_LEAST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import dev.herald.it.harness.Child;
import dev.herald.it.harness.GatewaySocket;
import dev.herald.it.harness.GroupApi;
import dev.herald.it.harness.HeraldProcess;
import dev.herald.it.harness.Mqtt5;
import dev.herald.it.harness.SharedHerald;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** One group seen from all sides: HTTP, gateway, MQTT. */
@ExtendWith(SharedHerald.class)
class GroupIT {
  private static final String VERBATIM = "quote \" backslash \\ line\nend 你好 \uD83D\uDE00 <b>";

  private final HeraldProcess server;
  private final String app = SharedHerald.freshApp();
  private final GroupApi api;

  GroupIT(HeraldProcess server) {
    this.server = server;
    this.api = new GroupApi(server, app);
  }

  @AfterEach
  void close() {
    api.close();
  }

  @Test
  void message_thatCurlCreates_isSeenEverywhere() {
    try (var gateway = GatewaySocket.connect(server, app, "gw");
        var member = Mqtt5.connected(server, app).subscribe("$group/lobby", AT_LEAST_ONCE)) {
      Child.Ended curl =
          Child.run(
              Duration.ofSeconds(20),
              "curl",
              "-s",
              "-S",
              "-i",
              server.http("/chat/message/create").toString(),
              "-H",
              "Content-Type: application/json",
              "-d",
              "{\"appId\":\""
                  + app
                  + "\",\"groupId\":\"lobby\",\"userId\":\"u\","
                  + "\"content\":\"hi\",\"type\":1}");

      assertThat(curl.code()).isZero();
      assertThat(curl.out())
          .startsWith("HTTP/1.1 200")
          .containsIgnoringCase("herald-message-id: ")
          .endsWith("{\"success\":true,\"code\":0,\"message\":\"success\",\"data\":\"\"}");
      JsonNode push = gateway.next();
      assertThat(push.path("code").asInt()).isEqualTo(2001);
      JsonNode message = push.path("data");
      assertThat(message.path("content").asText()).isEqualTo("hi");
      assertThat(message.path("seq").asInt()).isEqualTo(1);
      assertThat(api.history("lobby")).containsExactly(message);

      JsonNode event = GroupApi.json(member.nextText());
      assertThat(event.path("event").asText()).isEqualTo("create");
      assertThat(event.path("seq").asInt()).isEqualTo(1);
      assertThat(event.path("message")).isEqualTo(message);
    }
  }

  @Test
  void message_hasTheContractsForm() {
    api.create("g", "u", "hi");
    String answer =
        api.get(
                "/chat/message/findByGroupId?appId="
                    + app
                    + "&groupId=g&startTime=0&endTime=9999999999999&pageNum=0&pageSize=10")
            .body();

    assertThat(answer)
        .matches(
            "\\{\"success\":true,\"code\":0,\"message\":\"success\",\"data\":\\{\"total\":1,"
                + "\"pageMessageList\":\\[\\{\"messageId\":\"\\d{1,19}\",\"appId\":\""
                + app
                + "\",\"groupId\":\"g\",\"userId\":\"u\",\"content\":\"hi\",\"createTime\":\\d{13},"
                + "\"recallTime\":0,\"recallCause\":null,\"status\":1,\"type\":1,"
                + "\"seq\":1\\}\\]\\}\\}");
  }

  @Test
  void message_publishedOverMqtt_isKeptAndPushed() {
    try (var gateway = GatewaySocket.connect(server, app, "gw");
        var writer = Mqtt5.of(Mqtt5.builder(server, app))) {
      writer.client().connect();
      writer.publish("$group/team", AT_LEAST_ONCE, VERBATIM);

      JsonNode message = gateway.next().path("data");
      assertThat(message.path("content").asText()).isEqualTo(VERBATIM);
      assertThat(message.path("userId").asText()).isEqualTo("u");
      assertThat(message.path("groupId").asText()).isEqualTo("team");
      assertThat(api.history("team")).containsExactly(message);
    }
  }

  @Test
  void message_sentByAGateway_isPushedToAllGatewaysOfTheApp() {
    try (var sender = GatewaySocket.connect(server, app, "gw-1");
        var other = GatewaySocket.connect(server, app, "gw-2");
        var stranger = GatewaySocket.connect(server, app + "x", "gw-1")) {
      sender.send(
          "{\"appId\":\"" + app + "\",\"groupId\":\"g\",\"userId\":\"u\",\"content\":\"x\"}");

      JsonNode push = sender.next();
      assertThat(push.path("code").asInt()).isEqualTo(2001);
      assertThat(push.path("data").path("type").isNull()).isTrue();
      assertThat(other.next()).isEqualTo(push);
      try (var theirs = new GroupApi(server, app + "x")) {
        theirs.create("g", "u", "fence");
      }
      assertThat(stranger.next().path("data").path("content").asText()).isEqualTo("fence");
    }
  }

  @Test
  void gateway_thatResumes_getsWhatItMissed() {
    for (int i = 1; i <= 5; i++) {
      api.create("g", "u", "m" + i);
    }
    try (var gateway = GatewaySocket.connect(server, app, "gw?after=g:2")) {
      List<Integer> missed = new ArrayList<>();
      JsonNode frame = gateway.next();
      for (; frame.path("code").asInt() == 2001; frame = gateway.next()) {
        missed.add(frame.path("data").path("seq").asInt());
      }

      assertThat(missed).containsExactly(3, 4, 5);
      assertThat(frame.path("code").asInt()).isEqualTo(2006);
      api.create("g", "u", "live");
      assertThat(gateway.next().path("data").path("seq").asInt()).isEqualTo(6);
    }
  }

  @Test
  void gateway_thatConnectsAgain_replacesTheOlder() {
    try (var older = GatewaySocket.connect(server, app, "gw");
        var newer = GatewaySocket.connect(server, app, "gw")) {
      assertThat(older.next().path("code").asInt()).isEqualTo(4000);
      assertThat(older.awaitClosed().reason()).isNotBlank();
      api.create("g", "u", "m");
      assertThat(newer.next().path("data").path("content").asText()).isEqualTo("m");
    }
  }

  @Test
  void badFrames_areAnsweredAndTheConnectionGoesOn() {
    try (var gateway = GatewaySocket.connect(server, app, "gw")) {
      for (String frame :
          List.of(
              "hello",
              "{\"appId\":\"" + app + "\",\"groupId\":\"g\",\"userId\":\"u\"}",
              "{\"appId\":\"other\",\"groupId\":\"g\",\"userId\":\"u\",\"content\":\"x\"}")) {
        gateway.send(frame);
        JsonNode answer = gateway.next();
        assertThat(answer.path("code").asInt()).as(frame).isEqualTo(4001);
        assertThat(answer.path("message").asText()).startsWith("fail in send");
      }
      api.create("g", "u", "m");
      assertThat(gateway.next().path("data").path("seq").asInt()).isEqualTo(1);
    }
  }

  @Test
  void badRequests_areRefusedWithTheFieldNamedAndStoreNothing() {
    Child.Ended curl =
        Child.run(
            Duration.ofSeconds(20),
            "curl",
            "-s",
            "-w",
            " %{http_code}",
            server.http("/chat/message/create").toString(),
            "-H",
            "Content-Type: application/json",
            "-d",
            "{\"appId\":\"" + app + "\",\"groupId\":\"g\",\"content\":\"hi\"}");

    assertThat(curl.out())
        .startsWith("{\"success\":false,\"code\":-1,\"message\":\"")
        .contains("userId")
        .endsWith(",\"data\":null} 400");
    assertThat(api.history("g")).isEmpty();
  }

  @Test
  void seq_isTheOrderEverybodySees() {
    try (var gateway = GatewaySocket.connect(server, app, "gw");
        var member = Mqtt5.connected(server, app).subscribe("$group/g", AT_LEAST_ONCE);
        var writer = Mqtt5.connected(server, app)) {
      List<java.util.concurrent.CompletableFuture<?>> sends = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        sends.add(api.send("g", "http", "h" + i));
        sends.add(
            writer
                .client()
                .toAsync()
                .publishWith()
                .topic("$group/g")
                .qos(AT_LEAST_ONCE)
                .payload(("m" + i).getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .send());
      }
      sends.forEach(java.util.concurrent.CompletableFuture::join);
      List<JsonNode> history = api.history("g");
      List<JsonNode> pushed = new ArrayList<>();
      List<JsonNode> live = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        pushed.add(gateway.next().path("data"));
        Mqtt5Publish event = member.next();
        live.add(GroupApi.json(Mqtt5.text(event)).path("message"));
      }

      assertThat(history).extracting(m -> m.path("seq").asInt()).isEqualTo(upTo(200));
      assertThat(pushed).isEqualTo(history);
      assertThat(live).isEqualTo(history);
    }
  }

  private static List<Integer> upTo(int last) {
    return java.util.stream.IntStream.rangeClosed(1, last).boxed().toList();
  }
}
