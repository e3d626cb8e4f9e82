package dev.herald.testkit;

import dev.herald.core.event.GroupLimits;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What callers put into the fields of groups, good and bad: one table for the tests of all edges.
 */
public final class GroupInputs {
  private static final String NO_TEXT = "must be a JSON string";
  private static final String NO_UNICODE = "is not well-formed Unicode text";
  private static final List<String> NEEDED_IDS = List.of("appId", "groupId", "userId");

  private GroupInputs() {}

  /** Returns text that means something to somebody; here it is an id, a title or content. */
  public static Stream<String> texts() {
    return Stream.of(
        "x'; DROP TABLE messages; --",
        "\" OR 1=1 --",
        "<script>alert('1')</script>",
        "<img src=x onerror=alert(1)>&amp;",
        "${jndi:ldap://x}",
        "%00%0a%2e",
        "a%2Fb",
        "a/b?c=d&e;f#g",
        "$group",
        "+",
        "#",
        "/",
        "*",
        "%",
        "_",
        " ",
        "A ",
        "a\tb",
        "null",
        "{\"a\":1}",
        "\\u0000\\",
        "a:1,b:2",
        "\u7FA4\uD83D\uDE00\u0301",
        "\uFEFFbom",
        "\u202Egnp",
        "x".repeat(GroupLimits.ID_CHARACTERS_MAX),
        "\uD83D\uDE00".repeat(GroupLimits.ID_CHARACTERS_MAX));
  }

  /** Returns text with characters that not every URL can have; it is an id too. */
  public static Stream<String> controls() {
    return Stream.of("a\u0001b", "a\n", "\r\n", "\u001B[31m", "\u007F", "\u0085");
  }

  /** Returns what is no id. */
  public static Stream<BadId> badIds() {
    return Stream.of(
        new BadId("", "must have 1 to 127 characters, it has 0"),
        new BadId("x".repeat(128), "must have 1 to 127 characters, it has 128"),
        new BadId("\uD83D\uDE00".repeat(128), "must have 1 to 127 characters, it has 128"),
        new BadId("a\0", "must not contain NUL"));
  }

  /**
   * An id that is refused.
   *
   * @param id what is sent
   * @param problem what the refusal says after the field's name
   */
  public record BadId(String id, String problem) {}

  /** Returns what fields of JSON are refused with. */
  public static Stream<BadField> badFields() {
    return Stream.of(
            Stream.of("appId", "groupId", "userId", "clientMessageId").flatMap(GroupInputs::ids),
            Stream.of("content", "jumpUrl").flatMap(name -> texts(name, bytes(65_536))),
            Stream.of("title", "recallCause").flatMap(name -> texts(name, characters(256))),
            NEEDED_IDS.stream().map(GroupInputs::missing),
            Stream.of("content", "title", "messageId", "informationId").map(GroupInputs::missing),
            Stream.of("type", "messageId", "informationId").flatMap(GroupInputs::numbers),
            Stream.of(
                new BadField("type", "2147483648", "must be -2147483648 to 2147483647"),
                new BadField("type", "-2147483649", "must be -2147483648 to 2147483647")))
        .flatMap(fields -> fields);
  }

  private static Stream<BadField> ids(String name) {
    return Stream.concat(
        badIds().map(bad -> new BadField(name, quoted(bad.id), bad.problem)), notText(name));
  }

  private static Stream<BadField> texts(String name, BadField tooLong) {
    return Stream.concat(
        notText(name), Stream.of(new BadField(name, tooLong.json, tooLong.problem)));
  }

  private static Stream<BadField> notText(String name) {
    return Stream.concat(
        Stream.of("7", "true", "[\"x\"]", "{\"x\":\"y\"}")
            .map(json -> new BadField(name, json, NO_TEXT)),
        Stream.of("\"\\uD800\"", "\"x\\uDC00\"").map(json -> new BadField(name, json, NO_UNICODE)));
  }

  private static Stream<BadField> numbers(String name) {
    return Stream.concat(
        Stream.of("1.5", "true", "[1]", "{\"x\":1}", "1e3")
            .map(json -> new BadField(name, json, "must be an integer")),
        Stream.concat(
            Stream.of("\"x\"", "\"\"", "\" 1\"", "\"+1\"", "\"0x1\"", "\"1'; --\"", "\"\\u0661\"")
                .map(json -> new BadField(name, json, "must be a whole number")),
            Stream.of("99999999999999999999", "\"-99999999999999999999\"")
                .map(json -> new BadField(name, json, "must be a number of at most 64 bits"))));
  }

  private static BadField missing(String name) {
    return new BadField(name, null, "is missing");
  }

  private static BadField bytes(int count) {
    return new BadField("", quoted("x".repeat(count)), "must have at most " + (count - 1));
  }

  private static BadField characters(int count) {
    return new BadField("", quoted("\u7FA4".repeat(count)), "must have at most " + (count - 1));
  }

  /**
   * A field of a JSON object that is refused.
   *
   * @param name the field
   * @param json its value as it is sent; null leaves the field out
   * @param problem what the refusal says after the field's name
   */
  public record BadField(String name, @Nullable String json, String problem) {
    /**
     * Returns an object with this field among good ones.
     *
     * @param good the values of the other fields, as JSON
     */
    public String in(Map<String, String> good) {
      Stream<String> others =
          good.entrySet().stream()
              .filter(field -> !field.getKey().equals(name))
              .map(field -> quoted(field.getKey()) + ':' + field.getValue());
      Stream<String> own = json == null ? Stream.of() : Stream.of(quoted(name) + ':' + json);
      return Stream.concat(others, own).collect(Collectors.joining(",", "{", "}"));
    }
  }

  /** Returns a text as JSON, in ASCII. */
  public static String quoted(String text) {
    return IntStream.range(0, text.length())
        .mapToObj(text::charAt)
        .map(c ->
            c >= ' ' && c < 0x7F && c != '"' && c != '\\'
                ? String.valueOf(c)
                : "\\u" + HexFormat.of().toHexDigits(c))
        .collect(Collectors.joining("", "\"", "\""));
  }

  /** Returns bytes that are no UTF-8. */
  public static List<byte[]> brokenUtf8() {
    return Stream.of("FF", "C080", "EDA080", "E282", "F8", "F4908080", "C3")
        .map(HexFormat.of()::parseHex)
        .toList();
  }
}
