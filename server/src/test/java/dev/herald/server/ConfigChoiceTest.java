package dev.herald.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ConfigChoiceTest {
  private static ConfigChoice asTheWholeParserReads(String... args) {
    var options = new ConfigOptions();
    var command = new CommandLine(CommandLine.Model.CommandSpec.forAnnotatedObject(options));
    command.parseArgs(args);
    return options.choice();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--set a=b",
        "--config x.yaml --set a=b --set a=c,d",
        "--set a= --config /tmp/a.yaml",
        "--set =",
        "--set nonsense",
        "--set data=C:\\x",
        "--set standalone"
      })
  void ofPlain_isReadAsTheWholeParserReadsIt(String line) {
    String[] args = line.isEmpty() ? new String[0] : line.split(" ", -1);
    ConfigChoice whole = asTheWholeParserReads(args);
    assertThat(ConfigChoice.ofPlain(args)).contains(whole);
    String[] named = ("standalone " + line).strip().split(" ", -1);
    assertThat(ConfigChoice.ofPlain(named)).contains(whole);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "-V",
        "config check",
        "bench",
        "--set",
        "--set --set",
        "--set -x",
        "--set=a=b",
        "--config a --config b",
        "--set \"a=b\"",
        "--set @file",
        "--set 'a=b'",
        "standalone standalone"
      })
  void ofPlain_everythingElse_isLeftToTheWholeParser(String line) {
    assertThat(ConfigChoice.ofPlain(line.split(" ", -1))).isEmpty();
  }

  @Test
  void ofPlain_keepsSpacesAndOrder() {
    assertThat(ConfigChoice.ofPlain("--set", "data=a b", "--config", "c d.yaml", "--set", "x=1"))
        .contains(new ConfigChoice(Path.of("c d.yaml"), List.of("data=a b", "x=1")));
  }
}
