package dev.herald.core.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class ErrorCodeTest {
  private static final String HEAD =
      """
      # Errors

      Every refusal Herald can give, the same at every edge. The first digit of the code says what
      to do:
      1 mend the request; 2 the state forbids it, do not retry; 3 credentials; 4 a limit, send less
      or slower; 5 temporary, the same request is safe to retry.
      An MQTT acknowledgement that may not have the reason code has `0x83` in its place.

      | Code | Name | HTTP status | MQTT 5 reason code | Text |
      | --- | --- | --- | --- | --- |
      """;

  @Test
  void docs_sayWhatTheCatalogueSays() throws IOException {
    StringBuilder wanted = new StringBuilder(HEAD);
    for (ErrorCode error : ErrorCode.values()) {
      wanted.append(
          String.format(
              Locale.ROOT,
              "| %d | `%s` | %d | `0x%02X` | %s |\n",
              error.code(),
              error.name(),
              error.httpStatus(),
              error.mqttReason(),
              error.text()));
    }
    assertThat(Path.of("..", "docs", "errors.md")).hasContent(wanted.toString());
  }

  @Test
  void codes_areUniqueAndTheirRangeFitsTheStatus() {
    assertThat(Arrays.stream(ErrorCode.values()).map(ErrorCode::code)).doesNotHaveDuplicates();
    for (ErrorCode error : ErrorCode.values()) {
      assertThat(error.code()).isBetween(1001, 5999);
      assertThat(error.temporary()).isEqualTo(error.code() / 1000 == 5);
      if (error.temporary()) {
        assertThat(error.httpStatus()).isBetween(500, 504);
      }
      assertThat(error.mqttReason()).isBetween(0x80, 0xA2);
      assertThat(error.text()).endsWith(".");
    }
  }
}
