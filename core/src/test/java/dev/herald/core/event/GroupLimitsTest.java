package dev.herald.core.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GroupLimitsTest {
  private static final String EMOJI = "\uD83D\uDE00";

  private static void assertRefused(ThrowingCallable check, ErrorCode code, String... words) {
    assertThatThrownBy(check)
        .hasMessageContainingAll(words)
        .isInstanceOfSatisfying(
            HeraldException.class, refusal -> assertThat(refusal.code()).isEqualTo(code));
  }

  @Test
  void checkId_charactersAreCodePoints_upTo127() {
    String most = EMOJI.repeat(GroupLimits.ID_CHARACTERS_MAX);
    assertThat(GroupLimits.checkId("groupId", most)).isEqualTo(most);
    assertThat(GroupLimits.checkId("groupId", " ")).isEqualTo(" ");
    assertRefused(
        () -> GroupLimits.checkId("groupId", most + "x"),
        ErrorCode.FIELD_INVALID,
        "groupId",
        "128");
  }

  @Test
  void checkId_missing_namesTheField() {
    assertRefused(() -> GroupLimits.checkId("userId", null), ErrorCode.FIELD_MISSING, "userId");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\0b", "\uD83D", "\uDE00", "x\uD83Dy"})
  void checkId_invalid_namesTheField(String id) {
    assertRefused(() -> GroupLimits.checkId("appId", id), ErrorCode.FIELD_INVALID, "appId");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "\u00e4", "\u4f60", EMOJI})
  void checkContent_bytesAreUtf8_upToTheLimit(String character) {
    int each = character.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    String most =
        character.repeat(GroupLimits.CONTENT_BYTES_MAX / each)
            + "x".repeat(GroupLimits.CONTENT_BYTES_MAX % each);
    assertThat(GroupLimits.checkContent("content", most)).isEqualTo(most);
    assertRefused(
        () -> GroupLimits.checkContent("content", most + "x"),
        ErrorCode.PAYLOAD_TOO_LARGE,
        "content",
        "65536");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\0", "a \"quoted\" \\ line\r\nbreak\t", "<b>&amp;</b>"})
  void checkContent_anyText_isVerbatim(String content) {
    assertThat(GroupLimits.checkContent("content", content)).isEqualTo(content);
  }

  @Test
  void checkContent_missingOrBroken_isRefused() {
    assertRefused(
        () -> GroupLimits.checkContent("content", null), ErrorCode.FIELD_MISSING, "content");
    assertRefused(
        () -> GroupLimits.checkContent("content", "a\uD83D"), ErrorCode.FIELD_INVALID, "content");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 20, GroupLimits.PAGE_SIZE_MAX})
  void checkPageSize_inRange_isReturned(int size) {
    assertThat(GroupLimits.checkPageSize(size)).isEqualTo(size);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, GroupLimits.PAGE_SIZE_MAX + 1, Integer.MIN_VALUE})
  void checkPageSize_outOfRange_isRefused(int size) {
    assertRefused(() -> GroupLimits.checkPageSize(size), ErrorCode.FIELD_INVALID, "pageSize");
  }

  @Test
  void checkText_charactersAreCodePoints_upToTheLimit() {
    String most = EMOJI.repeat(255);
    assertThat(GroupLimits.checkText("title", most, 255)).isEqualTo(most);
    assertThat(GroupLimits.checkText("title", "", 255)).isEmpty();
    assertThat(GroupLimits.checkText("title", "\0", 255)).isEqualTo("\0");
    assertRefused(
        () -> GroupLimits.checkText("title", most + "x", 255),
        ErrorCode.FIELD_INVALID,
        "title",
        "256");
    assertRefused(
        () -> GroupLimits.checkText("title", "\uDE00", 255), ErrorCode.FIELD_INVALID, "title");
  }
}
