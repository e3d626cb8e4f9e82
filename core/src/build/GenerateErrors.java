import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the ErrorCode enum from the error catalogue: {@code java GenerateErrors.java CATALOGUE
 * OUTPUT_FOLDER}.
 */
final class GenerateErrors {
  public static void main(String[] args) throws Exception {
    List<String> constants = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of(args[0]), StandardCharsets.UTF_8)) {
      if (!line.isBlank() && !line.startsWith("#")) {
        constants.add(constant(line));
      }
    }
    String source = TEMPLATE.replace("@CONSTANTS@", String.join(",\n", constants));
    Path file = Path.of(args[1], "dev", "herald", "core", "error", "ErrorCode.java");
    Files.createDirectories(file.getParent());
    if (!Files.exists(file) || !Files.readString(file).equals(source)) {
      Files.writeString(file, source);
    }
  }

  private static String constant(String line) {
    String[] field = line.split("\\|", -1);
    if (field.length != 5) {
      throw new IllegalArgumentException("expected 5 fields separated by |: " + line);
    }
    return "  /** %s */\n  %s(%s, %s, %s, \"%s\")"
        .formatted(
            field[4].strip(),
            field[1].strip(),
            field[0].strip(),
            field[2].strip(),
            field[3].strip(),
            field[4].strip());
  }

  private static final String TEMPLATE =
      """
      package dev.herald.core.error;

      /** Every refusal Herald can give. Generated from the error catalogue; see docs/errors.md. */
      public enum ErrorCode {
      @CONSTANTS@;

        private final int code;
        private final int httpStatus;
        private final int mqttReason;
        private final String text;

        ErrorCode(int code, int httpStatus, int mqttReason, String text) {
          this.code = code;
          this.httpStatus = httpStatus;
          this.mqttReason = mqttReason;
          this.text = text;
        }

        /** Returns the number of this error, 1001 to 5999; its range says what the caller should do. */
        public int code() {
          return code;
        }

        /** Returns the HTTP status this error is answered with. */
        public int httpStatus() {
          return httpStatus;
        }

        /** Returns the MQTT 5 reason code (0x80 to 0xFF) this error is answered with. */
        public int mqttReason() {
          return mqttReason;
        }

        /** Returns a sentence that is safe to show to the caller. */
        public String text() {
          return text;
        }

        /** Returns whether the same request may succeed later without a change (5xxx). */
        public boolean temporary() {
          return code >= 5000;
        }
      }
      """;
}
