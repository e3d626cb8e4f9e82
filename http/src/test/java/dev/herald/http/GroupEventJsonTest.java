package dev.herald.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.event.Tombstone;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GroupEventJsonTest {
  @Test
  void encode_created_isTheContractsMessageByteByByte() {
    assertThat(encode("hi", null, 1))
        .isEqualTo(
            "{\"event\":\"create\",\"seq\":7,\"message\":{"
                + "\"messageId\":\"418452400609820672\",\"appId\":\"1\",\"groupId\":\"2\","
                + "\"userId\":\"3\",\"content\":\"hi\",\"createTime\":1657592478869,"
                + "\"recallTime\":0,\"recallCause\":null,\"status\":1,\"type\":1,\"seq\":7}}");
  }

  @Test
  void encode_recalled_hasTheTombstone() {
    assertThat(encode("", new Tombstone(1657592478870L, "oops", null), null))
        .endsWith(
            "\"content\":\"\",\"createTime\":1657592478869,\"recallTime\":1657592478870,"
                + "\"recallCause\":\"oops\",\"status\":0,\"type\":null,\"seq\":7}}");
  }

  @Test
  void encode_textOfAnyKind_staysAsItIs() {
    assertThat(encode("\"\\/\n\t\u0001<é群\uD83D\uDE00>", null, Integer.MIN_VALUE))
        .contains("\"content\":\"\\\"\\\\/\\n\\t\\u0001<é群\uD83D\uDE00>\"")
        .contains("\"type\":-2147483648");
  }

  private static String encode(String content, @Nullable Tombstone recall, @Nullable Integer type) {
    GroupMessage message =
        new GroupMessage(
            418452400609820672L,
            new GroupKey("1", "2"),
            "3",
            content,
            1657592478869L,
            recall,
            type,
            7);
    return new String(GroupEventJson.encode(new GroupEvent.Created(message, null)), UTF_8);
  }
}
