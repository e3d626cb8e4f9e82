package dev.herald.it.tidy;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The module graph in words: who may know whom, and where a technology may be seen. */
class ArchitectureTest {

  private static JavaClasses herald;

  @BeforeAll
  static void readClasses() {
    herald =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.herald");
    assertThat(herald.size()).as("classes found").isGreaterThan(10);
  }

  @Test
  void modules_dependOneWay() {
    layeredArchitecture()
        .consideringOnlyDependenciesInAnyPackage("dev.herald..")
        .withOptionalLayers(true)
        .layer("core")
        .definedBy("dev.herald.core..")
        .layer("sql")
        .definedBy("dev.herald.sql..")
        .layer("mqtt")
        .definedBy("dev.herald.mqtt..")
        .layer("http")
        .definedBy("dev.herald.http..")
        .layer("console")
        .definedBy("dev.herald.console..")
        .layer("load")
        .definedBy("dev.herald.load..")
        .layer("server")
        .definedBy("dev.herald.server..")
        .whereLayer("core")
        .mayNotAccessAnyLayer()
        .whereLayer("console")
        .mayNotAccessAnyLayer()
        .whereLayer("sql")
        .mayOnlyAccessLayers("core")
        .whereLayer("mqtt")
        .mayOnlyAccessLayers("core")
        .whereLayer("http")
        .mayOnlyAccessLayers("core")
        .whereLayer("load")
        .mayOnlyAccessLayers("core", "mqtt")
        .whereLayer("server")
        .mayNotBeAccessedByAnyLayer()
        .check(herald);
  }

  @Test
  void core_needsNothingButTheJdk() {
    classes()
        .that()
        .resideInAPackage("dev.herald.core..")
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                "dev.herald.core..",
                "java..",
                "javax.crypto..",
                "org.jspecify.annotations..",
                "com.google.errorprone.annotations.."))
        .check(herald);
  }

  @Test
  void netty_staysInMqttAndLoad() {
    onlyIn("io.netty..", "dev.herald.mqtt..", "dev.herald.load..", "dev.herald.http.socket..");
  }

  @Test
  void armeria_staysInHttp() {
    onlyIn("com.linecorp.armeria..", "dev.herald.http..");
  }

  @Test
  void jdbc_staysInSql() {
    onlyIn("java.sql..", "dev.herald.sql..");
    onlyIn("javax.sql..", "dev.herald.sql..");
    onlyIn("org.sqlite..", "dev.herald.sql..");
    onlyIn("com.zaxxer..", "dev.herald.sql..");
    onlyIn("org.flywaydb..", "dev.herald.sql..");
  }

  @Test
  void commandLine_staysInServerAndLoad() {
    onlyIn("picocli..", "dev.herald.server..", "dev.herald.load..");
  }

  @Test
  void yaml_staysInServer() {
    onlyIn("com.fasterxml.jackson.dataformat..", "dev.herald.server..");
  }

  @Test
  void packages_haveNoCycles() {
    slices().assignedFrom(new Features()).should().beFreeOfCycles().check(herald);
  }

  /** A package is a feature. */
  private static final class Features implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      return SliceIdentifier.of(type.getPackageName());
    }

    @Override
    public String getDescription() {
      return "packages";
    }
  }

  /** Asserts that only classes in {@code homes} know a class of {@code library}. */
  private static void onlyIn(String library, String... homes) {
    noClasses()
        .that(resideOutsideOfPackages(homes))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .check(herald);
  }
}
