package dev.herald.mqtt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The normative statements of one version of MQTT, and the test methods of this module that prove
 * them.
 */
final class Conformance {
  private static final Path CLASSES = testClasses();
  private static final Path LISTS = CLASSES.resolve("conformance");

  private final String title;
  private final List<String> lines = new ArrayList<>();
  private final SortedMap<String, SortedSet<String>> provers = new TreeMap<>();
  private final SortedSet<String> unknown = new TreeSet<>();

  private Conformance(String title, String list, Function<Proves, String[]> proved) {
    this.title = title;
    for (String line : read(LISTS.resolve(list))) {
      if (!line.isBlank() && !line.startsWith("#")) {
        lines.add(line);
        if (line.contains("|") && provers.put(id(line), new TreeSet<>()) != null) {
          throw new AssertionError("twice in " + list + ": " + id(line));
        }
      }
    }
    for (Method test : tests()) {
      for (String id : proved.apply(test.getAnnotation(Proves.class))) {
        SortedSet<String> known = provers.get(id);
        if (known == null) {
          unknown.add(id + " at " + name(test));
        } else {
          known.add(name(test));
        }
      }
    }
  }

  /** Reads the statements of both versions. */
  static List<Conformance> all() {
    return List.of(
        new Conformance("MQTT 5.0", "mqtt-5.0.txt", Proves::v5),
        new Conformance("MQTT 3.1.1", "mqtt-3.1.1.txt", Proves::v311));
  }

  /** Returns the statements that no test proves. */
  List<String> unproved() {
    return provers.entrySet().stream()
        .filter(entry -> entry.getValue().isEmpty())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Returns the numbers that tests name and the list does not have, each with its test. */
  SortedSet<String> unknown() {
    return unknown;
  }

  /** Returns how many statements there are. */
  int size() {
    return provers.size();
  }

  /** Returns the page of both versions. */
  static String page() {
    StringBuilder page = new StringBuilder();
    for (String line : read(LISTS.resolve("preamble.md"))) {
      page.append(line).append('\n');
    }
    for (Conformance version : all()) {
      version.addTo(page);
    }
    page.append('\n');
    SortedSet<String> links = new TreeSet<>();
    for (Method test : tests()) {
      Class<?> type = test.getDeclaringClass();
      links.add(
          "["
              + type.getSimpleName()
              + "]: ../mqtt/src/test/java/"
              + type.getName().replace('.', '/')
              + ".java\n");
    }
    links.forEach(page::append);
    return page.toString();
  }

  private void addTo(StringBuilder page) {
    page.append("\n## ").append(title).append('\n');
    for (String line : lines) {
      String[] parts = line.split("\\|", -1);
      if (parts.length == 1) {
        page.append("\n### ")
            .append(line)
            .append("\n\n")
            .append("| Statement | Asks for | Proved by |\n| --- | --- | --- |\n");
        continue;
      }
      page.append("| ").append(id(line).substring("MQTT-".length()));
      page.append(" | ").append(parts[1].strip()).append('.');
      if (parts.length > 2) {
        page.append(' ').append(parts[2].strip().replaceFirst("^Client:", "*Client:*")).append('.');
      }
      page.append(" | ").append(String.join("<br>", provers.get(id(line)))).append(" |\n");
    }
  }

  private static String id(String line) {
    return line.substring(0, line.indexOf('|')).strip();
  }

  private static String name(Method test) {
    return "[" + test.getDeclaringClass().getSimpleName() + "]." + test.getName();
  }

  /** Returns every annotated method of this module's tests. */
  static List<Method> tests() {
    try (Stream<Path> files = Files.walk(CLASSES)) {
      return files
          .map(file -> CLASSES.relativize(file).toString())
          .filter(name -> name.matches(".*(Test|IT)\\.class"))
          .flatMap(name -> Arrays.stream(load(name).getDeclaredMethods()))
          .filter(method -> method.isAnnotationPresent(Proves.class))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns whether something runs the method: it has an annotation of a test engine. */
  static boolean isTest(Method method) {
    return Arrays.stream(method.getAnnotations())
        .map(Annotation::annotationType)
        .anyMatch(type -> type.getName().matches("(org\\.junit|net\\.jqwik)\\..*"));
  }

  private static Class<?> load(String file) {
    String name = file.substring(0, file.length() - ".class".length()).replace('/', '.');
    try {
      return Class.forName(name, false, Conformance.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> read(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path testClasses() {
    try {
      return Path.of(Conformance.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
