package dev.herald.core.topic;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** The rules of MQTT 5.0 section 4.7 said as plainly as possible, and topics to try them on. */
public final class TopicReference {
  private TopicReference() {}

  /** Returns whether a filter matches a name. */
  public static boolean matches(String filter, String name) {
    List<String> filterLevels = List.of(filter.split("/", -1));
    List<String> nameLevels = List.of(name.split("/", -1));
    if (name.startsWith("$") && List.of("+", "#").contains(filterLevels.get(0))) {
      return false;
    }
    return matches(filterLevels, nameLevels);
  }

  private static boolean matches(List<String> filter, List<String> name) {
    if (filter.isEmpty()) {
      return name.isEmpty();
    }
    String first = filter.get(0);
    if (first.equals("#")) {
      return true;
    }
    return !name.isEmpty()
        && (first.equals("+") || first.equals(name.get(0)))
        && matches(filter.subList(1, filter.size()), name.subList(1, name.size()));
  }

  /** Valid names of few levels, so that filters often match them. */
  public static Arbitrary<String> names() {
    return levels("a", "b", "ab", "", "$s").filter(name -> !name.isEmpty());
  }

  /** Valid filters that often match those names. */
  public static Arbitrary<String> filters() {
    Arbitrary<String> open =
        levels("a", "b", "ab", "", "$s", "+", "+").filter(filter -> !filter.isEmpty());
    return Arbitraries.oneOf(
        open, open.map(filter -> filter + "/#"), Arbitraries.of("#", "/#", "+/#"));
  }

  private static Arbitrary<String> levels(String... level) {
    return Arbitraries.of(level)
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(list -> String.join("/", list));
  }
}
