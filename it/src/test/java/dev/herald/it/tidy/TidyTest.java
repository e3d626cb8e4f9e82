package dev.herald.it.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Rules about the text of the repository. A failure names each place and what to do there. */
class TidyTest {
  private static final int FILE_LINES_MAX = 600;
  private static final int METHOD_LINES_MAX = 60;
  private static final int PARAMETERS_MAX = 7;

  private static final String[] TEXT = {
    ".java",
    ".md",
    ".sh",
    ".xml",
    ".yaml",
    ".yml",
    ".js",
    ".css",
    ".html",
    ".sql",
    ".properties",
    ".txt",
    "/bin/herald",
    "/bin/check",
    "/bin/conformance",
    "/bin/format"
  };

  /** What no file may say, each with what to do instead. Written so that this file is clean. */
  private static final Map<Pattern, String> BANNED =
      Map.of(
          Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b"), "do it now or leave it out",
          Pattern.compile("(?<![\\w/.])/(ro" + "ot|ho" + "me|wo" + "rk)/"), "a path of one machine",
          Pattern.compile("@Dis" + "abled|@Ig" + "nore\\b"), "mend the test or delete it",
          Pattern.compile("@auth" + "or\\b"), "history is in the version control",
          Pattern.compile("^(<{7}|>{7}|={7})( |$)"), "a merge that was not finished");

  private static final Pattern BAD_NAME =
      Pattern.compile(".+(Manager|Helper|Helpers|Util|Utils|Impl)|I[A-Z][a-z].*");

  private static final Pattern PACKAGE = Pattern.compile("/java/(.+)/[^/]+$");

  /** Names that begin like the prefix of the rule and are none. */
  private static final Set<String> GOOD_NAMES = Set.of();

  private static List<Path> javaFiles = List.of();
  private static List<Source> sources = List.of();

  @BeforeAll
  static void readSources() {
    javaFiles = Repository.files(".java");
    sources = Source.parse(javaFiles);
    assertThat(sources).hasSameSizeAs(javaFiles).hasSizeGreaterThan(10);
  }

  @Test
  void files_areShort() {
    List<String> found = new ArrayList<>();
    for (Path file : Repository.files(".java", ".js", ".css", ".html", ".sql", ".yaml")) {
      int lines = Repository.lines(file).size();
      if (lines > FILE_LINES_MAX && !file.endsWith("openapi.yaml")) {
        found.add(Repository.place(file, lines) + " split it, the limit is " + FILE_LINES_MAX);
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  void methods_areShortAndTakeFewParameters() {
    assertThat(members(m -> m.lines() > METHOD_LINES_MAX)).as("longer than 60 lines").isEmpty();
    assertThat(members(m -> m.parameters() > PARAMETERS_MAX)).as("over 7 parameters").isEmpty();
  }

  @Test
  void whatOthersSee_isDocumented() {
    List<String> found = new ArrayList<>();
    for (Source source : sources) {
      if (source.file().toString().contains("/src/main/")) {
        found.addAll(places(source, m -> m.needsDoc() && !m.hasDoc()));
      }
    }
    assertThat(found).as("public without Javadoc").isEmpty();
  }

  @Test
  void names_sayWhatAThingIs() {
    assertThat(
            members(m ->
                m.isType()
                    && BAD_NAME.matcher(m.name()).matches()
                    && !GOOD_NAMES.contains(m.name())))
        .as("I-prefix, Manager, Helper, Util, Impl")
        .isEmpty();
  }

  @Test
  void packages_areDocumentedAndNullMarked() {
    Set<String> documented = new TreeSet<>();
    Set<String> used = new TreeSet<>();
    for (Path file : javaFiles) {
      Matcher folder = PACKAGE.matcher(file.toString());
      if (folder.find()) {
        String name = folder.group(1).replace('/', '.');
        used.add(name);
        if (file.endsWith("package-info.java") && isNullMarkedWithDoc(file)) {
          documented.add(name);
        }
      }
    }
    used.removeAll(documented);
    assertThat(used).as("package-info.java with a sentence and @NullMarked is missing").isEmpty();
  }

  @Test
  void texts_sayNothingThatIsBanned() {
    List<String> found = new ArrayList<>();
    for (Path file : Repository.files(TEXT)) {
      List<String> lines = Repository.lines(file);
      for (int i = 0; i < lines.size(); i++) {
        for (Map.Entry<Pattern, String> rule : BANNED.entrySet()) {
          if (rule.getKey().matcher(lines.get(i)).find()) {
            found.add(Repository.place(file, i + 1) + " " + rule.getValue());
          }
        }
      }
    }
    assertThat(found).isEmpty();
  }

  /** Letters of any language may stand in strings of tests; signs have an escape or a word. */
  @Test
  void code_usesAsciiSigns() {
    List<String> found = new ArrayList<>();
    for (Path file : Repository.files(".java", ".xml", ".sh", ".sql")) {
      List<String> lines = Repository.lines(file);
      for (int i = 0; i < lines.size(); i++) {
        if (lines.get(i).codePoints().anyMatch(c -> c > 126 && !Character.isLetter(c))) {
          found.add(Repository.place(file, i + 1));
        }
      }
    }
    assertThat(found).as("signs that are not ASCII").isEmpty();
  }

  @Test
  void scripts_canBeRun() {
    for (String script :
        List.of("bin/herald", "bin/check", "bin/conformance", "bin/format", ".ci/run")) {
      assertThat(Files.isExecutable(Repository.root().resolve(script))).as(script).isTrue();
    }
  }

  private static boolean isNullMarkedWithDoc(Path file) {
    String text = String.join("\n", Repository.lines(file));
    return text.contains("@NullMarked") && text.startsWith("/**");
  }

  private static List<String> members(Predicate<Source.Member> rule) {
    List<String> found = new ArrayList<>();
    for (Source source : sources) {
      found.addAll(places(source, rule));
    }
    return found;
  }

  private static List<String> places(Source source, Predicate<Source.Member> rule) {
    return source.members().stream()
        .filter(rule)
        .map(m -> Repository.place(source.file(), m.line()) + " " + m.name())
        .toList();
  }
}
