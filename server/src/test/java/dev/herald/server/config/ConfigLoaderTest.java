package dev.herald.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {
  @TempDir Path dir;
  private Path file;

  @BeforeEach
  void nameTheFile() {
    file = dir.resolve("herald.yaml");
  }

  private static LoadedConfig<HeraldConfig> load(
      @Nullable Path file, Map<String, String> env, String... sets) throws ConfigException {
    return new ConfigLoader<>(HeraldConfig.TREE).load(file, env, List.of(sets));
  }

  private LoadedConfig<HeraldConfig> loadYaml(String yaml) throws Exception {
    Files.writeString(file, yaml);
    return load(file, Map.of());
  }

  /** The problems, with the folder of the test left out. */
  private List<String> problems(@Nullable Path file, Map<String, String> env, String... sets) {
    var refused = catchThrowableOfType(ConfigException.class, () -> load(file, env, sets));
    assertThat(refused).isNotNull();
    return refused.problems().stream().map(p -> p.toString().replace(dir + "/", "")).toList();
  }

  private List<String> yamlProblems(String yaml) throws IOException {
    Files.writeString(file, yaml);
    return problems(file, Map.of());
  }

  @Test
  void load_nothingGiven_isTheDefaults() throws Exception {
    var loaded = load(null, Map.of("PATH", "/bin", "HERALDRY", "x"));
    HeraldConfig config = loaded.config();
    assertThat(config.data()).isEqualTo(Path.of("./data"));
    assertThat(config.bind()).containsExactly("127.0.0.1", "::1");
    assertThat(config.mqtt().port()).isEqualTo(1883);
    assertThat(config.ws().port()).isEqualTo(8083);
    assertThat(config.http().port()).isEqualTo(8000);
    assertThat(config.log().level()).isEqualTo(LogLevel.INFO);
    assertThat(config.isOpen()).isFalse();
    assertThat(loaded.changed()).isEmpty();
  }

  @Test
  void load_eachSourceGivesTheSameKey_theLaterWins() throws Exception {
    Files.writeString(file, "mqtt:\n  port: 1\nhttp:\n  port: 2\nws: {port: 3}\ndata: /a\n");
    var env = Map.of("HERALD_HTTP_PORT", "20", "HERALD_WS_PORT", "30");
    var loaded = load(file, env, "ws.port=299", "ws.port=300");
    assertThat(loaded.changed())
        .map(line -> line.replace(dir + "/", ""))
        .containsExactly(
            "data=/a (herald.yaml:6)",
            "mqtt.port=1 (herald.yaml:2)",
            "ws.port=300 (--set)",
            "http.port=20 (environment HERALD_HTTP_PORT)");
  }

  @Test
  void load_fileNamedByTheEnvironment_isReadUnlessTheCommandLineNamesOne() throws Exception {
    Files.writeString(file, "mqtt.port: 7");
    Path other = Files.writeString(dir.resolve("other.yaml"), "");
    var env = Map.of("HERALD_CONFIG", file.toString(), "HERALD_JAVA_OPTS", "-Xmx1g");
    assertThat(load(null, env).config().mqtt().port()).isEqualTo(7);
    assertThat(load(other, env).config().mqtt().port()).isEqualTo(1883);
  }

  @Test
  void load_manyProblems_areAllReportedWithPathOriginAndReason() throws Exception {
    Files.writeString(
        file,
        """
        mqtt:
          prot: 1
          port: 70000
        logg: {level: info}
        """);
    var env = Map.of("HERALD_HTP_PORT", "1", "HERALD_HTTP_PORT", "x");
    assertThat(problems(file, env, "ws.port=-1", "port=1", "nonsense", "=3", "log.level=loud"))
        .containsExactly(
            "mqtt.prot (herald.yaml:2): is no known key; did you mean mqtt.port?",
            "mqtt.port (herald.yaml:3): '70000' must be 0 to 65535",
            "logg.level (herald.yaml:4): is no known key; did you mean log.level?",
            "environment HERALD_HTP_PORT: is the name of no setting; did you mean"
                + " HERALD_HTTP_PORT?",
            "http.port (environment HERALD_HTTP_PORT): 'x' must be a whole number",
            "ws.port (--set): '-1' must be 0 to 65535",
            "port (--set): is no known key; did you mean mqtt.port or ws.port or http.port?",
            "--set nonsense: must be key=value",
            "--set =3: must be key=value",
            "log.level (--set): 'loud' must be one of error, warn, info, debug, trace");
  }

  @Test
  void load_badValueReplacedByALaterSource_isStillRefused() throws Exception {
    Files.writeString(file, "mqtt.port: x");
    assertThat(problems(file, Map.of(), "mqtt.port=1")).hasSize(1);
  }

  @Test
  void load_yamlShapes_areRefusedWithTheirLine() throws Exception {
    assertThat(yamlProblems("mqtt: 5"))
        .containsExactly("mqtt (herald.yaml:1): is a section and takes no value of its own");
    assertThat(yamlProblems("\nlog:\n  level:\n"))
        .containsExactly(
            "log.level (herald.yaml:3): has no value; leave it out for the default, info");
    assertThat(yamlProblems("mqtt: {port: [1]}"))
        .containsExactly("mqtt.port (herald.yaml:1): '1' must be one value, not a list");
    assertThat(yamlProblems("bind: [{a: 1}, 127.0.0.1]"))
        .containsExactly("bind (herald.yaml:1): holds an item that is not a single value");
    assertThat(yamlProblems("data: a\ndata: b"))
        .singleElement()
        .asString()
        .contains("data")
        .contains("herald.yaml:");
    assertThat(yamlProblems("mqtt.port: 1\nmqtt:\n  port: 1\n"))
        .containsExactly("mqtt.port (herald.yaml:3): is given twice, first at herald.yaml:1");
    assertThat(yamlProblems("- a"))
        .containsExactly("herald.yaml:1: must hold keys and values, such as mqtt.port: 1883");
    assertThat(yamlProblems("data: a\n---\ndata: b"))
        .singleElement()
        .asString()
        .contains("holds a second document");
    assertThat(yamlProblems("log: {level: &l info}\ndata: *l"))
        .containsExactly("data (herald.yaml:2): is a YAML alias, which is not supported");
    assertThat(yamlProblems("data: x\nmqtt: {port: 1\nlog: ["))
        .singleElement()
        .asString()
        .startsWith("herald.yaml:")
        .contains("is not YAML");
  }

  @Test
  void load_emptyOrCommentedYaml_isTheDefaults() throws Exception {
    assertThat(loadYaml("").changed()).isEmpty();
    assertThat(loadYaml("# nothing\nmqtt:\n").changed()).isEmpty();
  }

  @Test
  void load_fileMissing_isAProblem() {
    assertThat(problems(file, Map.of())).containsExactly("herald.yaml: there is no such file");
  }

  @Test
  void load_fileIsAFolder_isAProblem() {
    assertThat(problems(dir, Map.of())).singleElement().asString().contains("cannot be read");
  }

  @Test
  void load_controlCharactersInAValue_areNotPrinted() {
    assertThat(problems(null, Map.of(), "mqtt.port=1\n\u001b[31m2"))
        .containsExactly("mqtt.port (--set): '1??[31m2' must be a whole number");
  }

  @Test
  void load_addressesThatOthersReach_needTheFlag() throws Exception {
    assertThat(problems(null, Map.of("HERALD_BIND", "127.0.0.1,0.0.0.0")))
        .singleElement()
        .asString()
        .contains("bind has 0.0.0.0")
        .contains("no credentials are configured")
        .contains("insecure.allowOpen=true");
    var open = load(null, Map.of("HERALD_INSECURE_ALLOW_OPEN", "true"), "bind=::");
    assertThat(open.config().isOpen()).isTrue();
    assertThat(load(null, Map.of(), "bind=127.0.0.2, ::1").config().isOpen()).isFalse();
  }

  @Test
  void load_bindWithoutAddresses_isRefused() {
    assertThat(problems(null, Map.of(), "bind="))
        .containsExactly("bind needs at least one IP address");
    assertThat(problems(null, Map.of(), "bind=example.org"))
        .containsExactly(
            "bind has 'example.org', which is not an IP address such as 127.0.0.1 or ::1");
  }
}
