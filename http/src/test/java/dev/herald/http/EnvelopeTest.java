package dev.herald.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.group.GroupFeed;
import dev.herald.core.route.Message;
import dev.herald.core.store.History.Listing;
import java.util.List;
import org.junit.jupiter.api.Test;

class EnvelopeTest {
  private static final GroupMessage MESSAGE =
      new GroupMessage(
          9007199254740993L, new GroupKey("1", "1"), "1", "hi", 1657592478869L, null, 1, 3);
  private static final String MESSAGE_JSON =
      "{\"messageId\":\"9007199254740993\",\"appId\":\"1\",\"groupId\":\"1\",\"userId\":\"1\","
          + "\"content\":\"hi\",\"createTime\":1657592478869,\"recallTime\":0,"
          + "\"recallCause\":null,\"status\":1,\"type\":1,\"seq\":3}";

  @Test
  void page_isTheContracts() {
    assertThat(Envelope.messages(new Listing<>(2, List.of(MESSAGE, MESSAGE))))
        .asString(UTF_8)
        .isEqualTo(
            "{\"success\":true,\"code\":0,\"message\":\"success\",\"data\":{\"total\":2,"
                + "\"pageMessageList\":["
                + MESSAGE_JSON
                + ","
                + MESSAGE_JSON
                + "]}}");
    assertThat(Envelope.messages(new Listing<GroupMessage>(0, List.of())))
        .asString(UTF_8)
        .endsWith("\"data\":{\"total\":0,\"pageMessageList\":[]}}");
  }

  @Test
  void failure_isTheContracts() {
    assertThat(Envelope.failure(-1, "say \"why\""))
        .asString(UTF_8)
        .isEqualTo("{\"success\":false,\"code\":-1,\"message\":\"say \\\"why\\\"\",\"data\":null}");
  }

  @Test
  void frames_areTheContracts() {
    assertThat(GatewayFrames.sendFailed("x"))
        .asString(UTF_8)
        .isEqualTo(
            "{\"success\":false,\"code\":4001,\"message\":\"fail in send: x\",\"data\":null}");
    assertThat(GatewayFrames.refused("x"))
        .asString(UTF_8)
        .isEqualTo(
            "{\"success\":false,\"code\":4000,\"message\":\"connection failed: x\","
                + "\"data\":null}");
    assertThat(GatewayFrames.acknowledged(MESSAGE))
        .asString(UTF_8)
        .isEqualTo(
            "{\"success\":true,\"code\":2005,\"message\":\"success\",\"data\":"
                + MESSAGE_JSON
                + "}");
  }

  @Test
  void eventFrame_isMadeOnceForAllGateways() {
    Message message =
        GroupFeed.messageOf(new GroupEvent.Created(MESSAGE, null), GroupEventJson::encode);
    byte[] frame = message.encoded(GatewayFrames.EVENT);
    assertThat(frame)
        .asString(UTF_8)
        .isEqualTo(
            "{\"success\":true,\"code\":2001,\"message\":\"success\",\"data\":"
                + MESSAGE_JSON
                + "}");
    assertThat(message.encoded(GatewayFrames.EVENT)).isSameAs(frame);
  }

  @Test
  void everyReason_fitsACloseFrame() {
    for (EndReason reason : EndReason.values()) {
      assertThat(reason.text().getBytes(UTF_8).length).isLessThanOrEqualTo(123);
    }
  }
}
