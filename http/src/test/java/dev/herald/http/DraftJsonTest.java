package dev.herald.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.group.GroupCommands.Draft;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DraftJsonTest {
  private static Draft read(String json) {
    return DraftJson.read(json.getBytes(UTF_8));
  }

  @Test
  void read_everyField() {
    assertThat(
            read(
                " {\"appId\":\"a\",\"groupId\":\"g\",\"userId\":\"u\",\"content\":\"c\","
                    + "\"type\":-3,\"clientMessageId\":\"m\",\"ack\":\"queued\"} "))
        .isEqualTo(new Draft("a", "g", "u", "c", -3, "m"));
  }

  @Test
  void read_nothing_isADraftOfNothing() {
    assertThat(read("{}")).isEqualTo(new Draft(null, null, null, null, null, null));
    assertThat(read("{\"appId\":null,\"type\":null,\"ack\":null,\"other\":[{}]}"))
        .isEqualTo(new Draft(null, null, null, null, null, null));
  }

  @Test
  void read_unknownFieldTwice_isIgnored() {
    assertThat(read("{\"x\":1,\"x\":2,\"appId\":\"a\"}").appId()).isEqualTo("a");
  }

  @Test
  void read_depth_isBounded() {
    int inside = Json.DEPTH_MAX - 1;
    String deepest = "{\"x\":" + "[".repeat(inside) + "]".repeat(inside) + "}";
    assertThat(read(deepest).appId()).isNull();
    assertThatThrownBy(() -> read("{\"x\":[" + deepest + "]}"))
        .isInstanceOfSatisfying(
            HeraldException.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.MALFORMED_REQUEST));
  }

  @Test
  void read_utf16_isRefused() {
    assertThatThrownBy(
            () -> DraftJson.read("{}".getBytes(java.nio.charset.StandardCharsets.UTF_16)))
        .isInstanceOf(HeraldException.class);
  }

  @Property
  void read_anyBytes_areReadOrRefused(@ForAll byte[] bytes) {
    assertReadOrRefused(bytes);
  }

  @Property
  void read_whatLooksLikeJson_isReadOrRefused(@ForAll("nearlyJson") String text) {
    assertReadOrRefused(text.getBytes(UTF_8));
  }

  @Property
  void read_anyContent_comesOutAsItWentIn(@ForAll String content) {
    byte[] json =
        Json.encode(out -> {
          out.writeStartObject();
          out.writeStringField("content", content);
          out.writeEndObject();
        });
    if (UTF_8.newEncoder().canEncode(content)) {
      assertThat(DraftJson.read(json).content()).isEqualTo(content);
    }
  }

  private static void assertReadOrRefused(byte[] bytes) {
    @Nullable Draft draft = null;
    try {
      draft = DraftJson.read(bytes);
    } catch (HeraldException refusal) {
      assertThat(refusal.code()).isIn(ErrorCode.MALFORMED_REQUEST, ErrorCode.FIELD_INVALID);
      assertThat(refusal.detail()).isNotEmpty();
    }
    if (draft != null) {
      assertThat(new String(bytes, UTF_8)).contains("{").contains("}");
    }
  }

  @Provide
  Arbitrary<String> nearlyJson() {
    return Arbitraries.of(
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"",
            "\\",
            "\\u00",
            "\"appId\"",
            "\"type\"",
            "\"content\"",
            "\"ack\"",
            "\"stored\"",
            "null",
            "true",
            "-1",
            "1e9",
            "99999999999",
            "\"7\"",
            " ",
            "\uFEFF")
        .list()
        .ofMaxSize(20)
        .map(parts -> String.join("", parts));
  }
}
