package dev.herald.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class SettingTreeTest {
  /** A section whose two values must fit each other. */
  public record Window(
      @Setting(doc = "low", def = "1") int low, @Setting(doc = "high", def = "9") int high) {
    /** Refuses a window upside down. */
    public Window {
      if (low > high) {
        throw new IllegalArgumentException("low must not be above high");
      }
    }
  }

  /** A root. */
  public record Root(
      @Setting(doc = "name", def = "n") String name,
      @Setting(doc = "A section.") Window window,
      @Setting(doc = "last", def = "true") boolean last) {}

  /** Two keys with one environment variable. */
  public record Clash(@Setting(doc = "a", def = "1") int aB, @Setting(doc = "section") ClashA a) {}

  /** The other half of the clash. */
  public record ClashA(@Setting(doc = "b", def = "1") int b) {}

  /** A default out of its bounds. */
  public record BadDefault(@Setting(doc = "d", def = "5", max = "4") int much) {}

  /** A component without description. */
  public record Bare(int much) {}

  /** A type no setting can have. */
  public record BadType(@Setting(doc = "d", def = "1") double much) {}

  private final SettingTree<Root> tree = SettingTree.of(Root.class);

  @Test
  void keys_areInOrderOfDeclaration_sectionsApart() {
    assertThat(tree.keys())
        .extracting(SettingKey::path)
        .containsExactly("name", "window.low", "window.high", "last");
    assertThat(tree.sections()).containsExactly(Map.entry("window", "A section."));
  }

  @Test
  void values_ofABuiltRecord_areWhatItWasBuiltFrom() {
    var root = new Root("x", new Window(2, 3), false);
    Map<SettingKey, Object> values = tree.values(root);
    assertThat(values.values()).containsExactly("x", 2, 3, false);
    assertThat(
            tree.build(
                key -> values.getOrDefault(key, "missing"),
                (section, e) -> assertThat(section).isNull()))
        .isEqualTo(root);
  }

  @Test
  void build_sectionRefusesItsValues_isToldAndTheOthersAreStillChecked() {
    var refused = new HashMap<String, String>();
    Root root =
        tree.build(
            key -> key.path().equals("window.low") ? 10 : key.defaultValue(),
            (section, e) -> refused.put(section, e.getMessage()));
    assertThat(refused).containsExactly(Map.entry("window", "low must not be above high"));
    assertThat(root.last()).isTrue();
  }

  @Test
  void of_mistakesOfTheProgram_areNamed() {
    assertThatThrownBy(() -> SettingTree.of(Clash.class))
        .hasMessage("aB and a.b are both HERALD_A_B");
    assertThatThrownBy(() -> SettingTree.of(BadDefault.class))
        .hasMessage("much: must be 4 or less");
    assertThatThrownBy(() -> SettingTree.of(Bare.class)).hasMessageContaining("has no @Setting");
    assertThatThrownBy(() -> SettingTree.of(BadType.class))
        .hasMessage("much: a setting cannot be a double");
  }

  @Test
  void envName_fixedKeys() {
    assertThat(
            List.of("data", "http.port", "mqtt.packetBytesMax").stream().map(SettingTree::envName))
        .containsExactly("HERALD_DATA", "HERALD_HTTP_PORT", "HERALD_MQTT_PACKET_BYTES_MAX");
  }

  @Property
  void envName_givesBackTheWordsOfTheKey(@ForAll("words") List<List<String>> segments) {
    String path =
        segments.stream()
            .map(SettingTreeTest::camelCase)
            .reduce((a, b) -> a + "." + b)
            .orElseThrow();
    List<String> words = segments.stream().flatMap(List::stream).toList();
    assertThat(SettingTree.envName(path))
        .isEqualTo("HERALD_" + String.join("_", words).toUpperCase(Locale.ROOT));
  }

  @Provide
  Arbitrary<List<List<String>>> words() {
    Arbitrary<String> word = Arbitraries.strings().withCharRange('a', 'z').ofMinLength(1);
    return word.list().ofMinSize(1).ofMaxSize(3).list().ofMinSize(1).ofMaxSize(3);
  }

  private static String camelCase(List<String> words) {
    var name = new StringBuilder(words.getFirst());
    for (String word : words.subList(1, words.size())) {
      name.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
    }
    return name.toString();
  }
}
