package dev.herald.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Holds docs/mqtt-conformance.md to the statements and the tests there are. */
final class ConformanceTest {
  private static final Path PAGE = Path.of("../docs/mqtt-conformance.md");

  /** With {@code -Dconformance.write} the page is written anew first. */
  @Test
  void page_isWhatTheTestsProve() throws IOException {
    if (System.getProperty("conformance.write") != null) {
      Files.writeString(PAGE, Conformance.page());
    }
    assertThat(PAGE).as("made by: bin/conformance").hasContent(Conformance.page());
  }

  @Test
  void statements_haveTheirTests() {
    for (Conformance version : Conformance.all()) {
      assertThat(version.unproved()).isEmpty();
    }
  }

  @Test
  void annotations_nameStatementsThereAre() {
    for (Conformance version : Conformance.all()) {
      assertThat(version.unknown()).isEmpty();
    }
  }

  @Test
  void annotations_standAtTests() {
    for (Method method : Conformance.tests()) {
      assertThat(Conformance.isTest(method)).as(method.toString()).isTrue();
    }
  }

  @Test
  void lists_areComplete() {
    assertThat(Conformance.all().getFirst().size()).isEqualTo(251);
    assertThat(Conformance.all().getLast().size()).isEqualTo(141);
  }
}
