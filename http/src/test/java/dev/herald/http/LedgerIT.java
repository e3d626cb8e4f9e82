package dev.herald.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way of a message, as the server tells it. */
class LedgerIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String GROUP = "/v1/apps/a/groups/g";

  @TempDir Path data;

  private static String say(EdgeFixture edge) throws Exception {
    HttpResponse<String> answer =
        edge.json(GROUP + "/messages", "{\"userId\":\"u\",\"content\":\"hi\"}");
    return answer.headers().firstValue("location").orElseThrow();
  }

  private static JsonNode ledger(EdgeFixture edge, String message) throws Exception {
    HttpResponse<String> answer = edge.get(message + "/ledger");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static List<String> writtenTo(JsonNode steps) {
    return steps
        .get("pushed")
        .get("gateways")
        .valueStream()
        .filter(push -> !push.get("writtenTime").isNull())
        .map(push -> push.get("gatewayId").asText())
        .sorted()
        .toList();
  }

  @Test
  void message_isFollowedFromItsAcceptanceToEachGateway_andSoIsItsRecall() throws Exception {
    try (EdgeFixture edge = EdgeFixture.start(data);
        GatewayClient one = GatewayClient.open(edge, "a/gw1");
        GatewayClient other = GatewayClient.open(edge, "b/gw3")) {
      String message = say(edge, one);
      JsonNode told = ledger(edge, message);
      JsonNode creation = told.get("creation");
      assertThat(message).endsWith('/' + told.get("messageId").asText());
      assertThat(told.get("seq").asInt()).isEqualTo(1);
      assertThat(told.get("rememberedMax").asInt()).isEqualTo(EdgeFixture.LEDGER_MAX);
      assertThat(told.get("recall").isNull()).isTrue();
      assertThat(creation.get("acceptedTime").asLong())
          .isLessThanOrEqualTo(creation.get("journaledTime").asLong());
      assertThat(creation.get("journaledTime").asLong())
          .isLessThanOrEqualTo(creation.get("storedTime").asLong());
      assertThat(creation.at("/pushed/clients").asInt()).isZero();
      assertThat(other.frames).isEmpty();

      assertThat(edge.json(message + "/recall", "").statusCode()).isEqualTo(200);
      one.next();
      await()
          .untilAsserted(() ->
              assertThat(writtenTo(ledger(edge, message).get("recall"))).containsExactly("gw1"));
      JsonNode recall = ledger(edge, message).get("recall");
      assertThat(recall.get("acceptedTime").isNull()).isTrue();
      assertThat(recall.get("storedTime").asLong())
          .isGreaterThanOrEqualTo(recall.get("journaledTime").asLong());
    }
  }

  /** Says something while a second gateway is there, which has gone when it returns. */
  private static String say(EdgeFixture edge, GatewayClient one) throws Exception {
    String message;
    try (GatewayClient two = GatewayClient.open(edge, "a/gw2")) {
      message = say(edge);
      one.next();
      two.next();
      await()
          .untilAsserted(() ->
              assertThat(writtenTo(ledger(edge, message).get("creation")))
                  .containsExactly("gw1", "gw2"));
    }
    await().until(() -> edge.gatewayCount() == 2);
    return message;
  }

  @Test
  void gatewayThatAsksForWhatItMissed_isInTheLedger() throws Exception {
    try (EdgeFixture edge = EdgeFixture.start(data)) {
      String message = say(edge);
      try (GatewayClient late = GatewayClient.open(edge, "a/late?after=g:0")) {
        late.next();
        await()
            .untilAsserted(() ->
                assertThat(writtenTo(ledger(edge, message).get("creation")))
                    .containsExactly("late"));
      }
    }
  }

  @Test
  void afterARestart_whatIsNotKnownAnyMoreIsNull() throws Exception {
    String message;
    try (EdgeFixture edge = EdgeFixture.start(data)) {
      message = say(edge);
    }
    try (EdgeFixture edge = EdgeFixture.start(data)) {
      JsonNode creation = ledger(edge, message).get("creation");
      assertThat(creation.get("acceptedTime").asLong()).isPositive();
      assertThat(creation.get("journaledTime").asLong()).isPositive();
      assertThat(creation.get("storedTime").isNull()).isTrue();
      assertThat(creation.get("pushed").isNull()).isTrue();
      assertThat(edge.get(message.replace("groups/g", "groups/h") + "/ledger").statusCode())
          .isEqualTo(404);
      assertThat(edge.get(message.replace("apps/a", "apps/b") + "/ledger").statusCode())
          .isEqualTo(404);
      assertThat(edge.get(GROUP + "/messages/x/ledger").statusCode()).isEqualTo(400);
    }
  }
}
