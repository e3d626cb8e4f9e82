package dev.herald.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConsoleTest {

  private static final String IMPORT_MAP_TAG = "<script type=\"importmap\">";
  private static final Pattern IMPORT =
      Pattern.compile("\\b(?:import|export)\\s*(?:[\\w*{}\\s,$]*\\bfrom\\s*)?['\"]([^'\"]+)['\"]");
  private static final Pattern MAP_ENTRY = Pattern.compile("\"([^\"]+)\": \"\\./([^\"]+)\"");
  private static final Pattern PAGE_REFERENCE =
      Pattern.compile("<(?:link|script|img)[^>]*?(?:href|src)=\"([^\"]+)\"");
  private static final Pattern TEXT_KEY = Pattern.compile("(?m)^  '?([\\w.]+)'?:");

  private final Console console = Console.load();

  @ParameterizedTest
  @CsvSource({
    "'', text/html; charset=utf-8",
    "index.html, text/html; charset=utf-8",
    "js/main.js, text/javascript; charset=utf-8",
    "css/base.css, text/css; charset=utf-8",
    "logo.svg, image/svg+xml",
    "lib/lit/index.js, text/javascript; charset=utf-8",
    "lib/chart.js/dist/chart.js, text/javascript; charset=utf-8",
    "lib/paho-mqtt/paho-mqtt-min.js, text/javascript; charset=utf-8",
  })
  void find_fileOfThePageOrItsLibraries_isGivenOutWithItsType(String path, String mediaType) {
    Asset asset = console.find(path).orElseThrow();

    assertThat(asset.bytes()).isNotEmpty();
    assertThat(asset.mediaType()).isEqualTo(mediaType);
    assertThat(asset.cacheControl()).isEqualTo("no-cache");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nothing.js",
        "js",
        "js/",
        "/js/main.js",
        "js//main.js",
        "../webjars.properties",
        "../Console.class",
        "js/../index.html",
        "js/../../Console.class",
        "./index.html",
        "js\\main.js",
        "js/main.js\0.svg",
        "js/main.js?x",
        "js/%2e%2e/index.html",
        ".hidden.js",
        "lib",
        "lib/",
        "lib/lit",
        "lib/chart.js",
        "lib/lit/package.json",
        "lib/lit/3.3.2/index.js",
        "lib/lit/../lit/index.js",
        "lib/lit/../../lit-html/3.3.2/lit-html.js",
        "lib/types__trusted-types/index.js",
        "lib/swagger-ui/index.js",
        "META-INF/MANIFEST.MF",
      })
  void find_anythingElse_isNotThere(String path) {
    assertThat(console.find(path)).isEmpty();
  }

  @Test
  void etag_isTheSameForTheSameBytesAndDiffersForOthers() {
    Asset page = console.find("").orElseThrow();

    assertThat(Console.load().find("index.html").orElseThrow().etag()).isEqualTo(page.etag());
    assertThat(console.find("js/main.js").orElseThrow().etag()).isNotEqualTo(page.etag());
    assertThat(page.etag()).matches("\"[0-9a-f]{32}\"");
  }

  @Test
  void contentSecurityPolicy_allowsTheImportMapByItsHashAndNothingUnsafe() throws Exception {
    String page = text("");
    int begin = page.indexOf(IMPORT_MAP_TAG) + IMPORT_MAP_TAG.length();
    String importMap = page.substring(begin, page.indexOf("</script>", begin));
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(importMap.getBytes(UTF_8));

    assertThat(console.contentSecurityPolicy())
        .startsWith("default-src 'none'; ")
        .contains("script-src 'self' 'sha256-" + Base64.getEncoder().encodeToString(hash) + "';")
        .doesNotContain("unsafe")
        .doesNotContain("*");
  }

  @Test
  void page_hasNoScriptOrStyleThatThePolicyWouldRefuse() {
    String withoutImportMap =
        text("").replaceAll("(?s)<script type=\"importmap\">.*?</script>", "");

    assertThat(withoutImportMap)
        .doesNotContainPattern("<script(?![^>]*\\bsrc=)")
        .doesNotContain("<style")
        .doesNotContainPattern("\\s(?:style|on[a-z]+)=")
        .doesNotContain("http://")
        .doesNotContain("https://");
  }

  @Test
  void everyFileThatThePageOrAModuleNames_isGivenOut() {
    var toRead = new ArrayDeque<String>();
    Matcher references = PAGE_REFERENCE.matcher(text(""));
    while (references.find()) {
      toRead.add(references.group(1));
    }
    var seen = new TreeSet<String>();
    while (!toRead.isEmpty()) {
      String path = toRead.remove();
      if (seen.add(path) && path.endsWith(".js")) {
        toRead.addAll(importsOf(path));
      }
    }

    assertThat(seen)
        .contains("js/main.js", "lib/lit-html/lit-html.js", "lib/chart.js/dist/chart.js");
    assertThat(seen).allSatisfy(path -> assertThat(console.find(path)).as(path).isPresent());
  }

  @Test
  void languages_sayTheSameThings() {
    assertThat(textKeys("js/text/zh.js"))
        .isEqualTo(textKeys("js/text/en.js"))
        .hasSizeGreaterThan(50);
  }

  private List<String> importsOf(String path) {
    var found = new ArrayList<String>();
    Matcher imports = IMPORT.matcher(text(path));
    while (imports.find()) {
      found.add(resolve(path, imports.group(1)));
    }
    return found;
  }

  /** As a browser resolves it: relative to the importer, else by the longest key of the map. */
  private String resolve(String importer, String specifier) {
    if (specifier.startsWith(".")) {
      return URI.create("/" + importer).resolve(specifier).getPath().substring(1);
    }
    String best = "";
    Map<String, String> map = importMap();
    for (String key : map.keySet()) {
      boolean fits = key.endsWith("/") ? specifier.startsWith(key) : specifier.equals(key);
      best = fits && key.length() > best.length() ? key : best;
    }
    assertThat(best).as("import of " + specifier + " in " + importer).isNotEmpty();
    return map.get(best) + specifier.substring(best.length());
  }

  private Map<String, String> importMap() {
    var map = new LinkedHashMap<String, String>();
    Matcher entries = MAP_ENTRY.matcher(text(""));
    while (entries.find()) {
      map.put(entries.group(1), entries.group(2));
    }
    return map;
  }

  private Set<String> textKeys(String path) {
    var keys = new TreeSet<String>();
    Matcher matcher = TEXT_KEY.matcher(text(path));
    while (matcher.find()) {
      keys.add(matcher.group(1));
    }
    return keys;
  }

  private String text(String path) {
    return new String(console.find(path).orElseThrow().bytes(), UTF_8);
  }
}
