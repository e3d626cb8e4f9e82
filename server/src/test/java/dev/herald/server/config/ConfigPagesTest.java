package dev.herald.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.config.Setting;
import dev.herald.core.config.SettingKey;
import dev.herald.core.config.SettingTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigPagesTest {
  /** A section in a section. */
  public record Inner(@Setting(doc = "Deep.", def = "no") String answer) {}

  /** A section with a value after its inner section. */
  public record Outer(
      @Setting(doc = "Inner section.") Inner inner,
      @Setting(doc = "After.", def = "a b: \"c\"") String after) {}

  /** A tree of awkward values. */
  public record Awkward(
      @Setting(doc = "Empty.", def = "") String empty,
      @Setting(doc = "Outer section.") Outer outer,
      @Setting(doc = "Negative.", def = "-1") int negative,
      @Setting(doc = "Many.", def = "x,::1") List<String> many,
      @Setting(doc = "Secret.", secret = true, def = "") String secret,
      @Setting(doc = "Either a | b.", def = "1", unit = "messages") int either) {}

  @TempDir Path dir;

  private <T extends Record> T readBack(SettingTree<T> tree) throws Exception {
    Path file = Files.writeString(dir.resolve("d.yaml"), new ConfigPages(tree).defaultsYaml());
    var loaded = new ConfigLoader<>(tree).load(file, Map.of(), List.of());
    assertThat(loaded.origins().keySet()).containsExactlyInAnyOrderElementsOf(tree.keys());
    return loaded.config();
  }

  @Test
  void defaultsYaml_readAsAFile_givesEveryKeyItsDefault() throws Exception {
    assertThat(readBack(HeraldConfig.TREE)).isEqualTo(SettingTree.defaults(HeraldConfig.class));
    assertThat(readBack(SettingTree.of(Awkward.class)))
        .isEqualTo(
            new Awkward(
                "", new Outer(new Inner("no"), "a b: \"c\""), -1, List.of("x", "::1"), "", 1));
  }

  @Test
  void defaultsYaml_linesStayReadable() {
    assertThat(new ConfigPages(HeraldConfig.TREE).defaultsYaml().lines())
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100).doesNotEndWith(" "));
  }

  @Test
  void referenceMarkdown_namesEveryKeyAndVariable() {
    String page = new ConfigPages(HeraldConfig.TREE).referenceMarkdown();
    for (SettingKey key : HeraldConfig.TREE.keys()) {
      assertThat(page).contains("`" + key.path() + "`<br>`" + key.env() + "`");
    }
  }

  @Test
  void referenceMarkdown_keepsTheTableWhole() {
    assertThat(new ConfigPages(SettingTree.of(Awkward.class)).referenceMarkdown())
        .contains("| `either`<br>`HERALD_EITHER` | `1` | any messages | Either a \\| b. |")
        .contains("| (empty) | text | Empty. |");
  }

  @Test
  void docsPage_isTheReference() throws Exception {
    assertThat(Path.of("../docs/configuration.md"))
        .as("made by: bin/herald config doc > docs/configuration.md")
        .hasContent(new ConfigPages(HeraldConfig.TREE).referenceMarkdown());
  }

  /** Sentences for operators: with an end, and with what a limit of 0 means. */
  @Test
  void everySetting_isDescribedInSentences() {
    for (SettingKey key : HeraldConfig.TREE.keys()) {
      assertThat(key.setting().doc()).as(key.path()).endsWith(".").hasSizeGreaterThan(20);
    }
  }
}
