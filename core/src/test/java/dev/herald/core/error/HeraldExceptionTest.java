package dev.herald.core.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class HeraldExceptionTest {
  private final HeraldException refusal = new HeraldException(ErrorCode.NOT_FOUND, "no such thing");

  @Test
  void of_refusalInsideFutures_isTheRefusal() {
    assertThat(HeraldException.of(refusal)).isSameAs(refusal);
    assertThat(HeraldException.of(new CompletionException(refusal))).isSameAs(refusal);
    assertThat(HeraldException.of(new ExecutionException(refusal))).isSameAs(refusal);
    assertThat(HeraldException.of(new ExecutionException(new CompletionException(refusal))))
        .isSameAs(refusal);
  }

  @Test
  void of_anotherFailure_tellsTheCallerNothingOfTheCause() {
    IllegalStateException cause = new IllegalStateException("jdbc:secret");
    HeraldException made = HeraldException.of(cause);
    assertThat(made.code()).isEqualTo(ErrorCode.INTERNAL_ERROR);
    assertThat(made.detail()).doesNotContain("secret").isEqualTo(made.code().text());
    assertThat(made).hasCause(cause);
    assertThat(HeraldException.of(new RuntimeException(refusal)).code())
        .as("only futures are unwrapped")
        .isEqualTo(ErrorCode.INTERNAL_ERROR);
    assertThat(HeraldException.of(new CompletionException(null)).code())
        .isEqualTo(ErrorCode.INTERNAL_ERROR);
  }

  @Test
  void detail_given_isShown() {
    assertThat(refusal.detail()).isEqualTo("no such thing");
    assertThat(refusal.code()).isEqualTo(ErrorCode.NOT_FOUND);
  }

  @Test
  void errorCode_catalogue_isInItsRanges() {
    Set<Integer> codes = new HashSet<>();
    for (ErrorCode code : ErrorCode.values()) {
      assertThat(codes.add(code.code())).as("%s is unique", code).isTrue();
      assertThat(code.code()).as("%s", code).isBetween(1001, 5999);
      assertThat(code.mqttReason()).as("%s", code).isBetween(0x80, 0xFF);
      assertThat(code.httpStatus()).as("%s", code).isBetween(400, 599);
      assertThat(code.temporary()).as("%s", code).isEqualTo(code.code() / 1000 == 5);
      assertThat(code.text()).as("%s", code).endsWith(".");
    }
  }
}
