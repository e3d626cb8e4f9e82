package dev.herald.it.tidy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** The files of this repository, without what the build or a tool made. */
final class Repository {
  private static final Set<String> NOT_OURS = Set.of("target", ".git", ".idea", "data");

  private Repository() {}

  /** The folder that holds the root pom. */
  static Path root() {
    return Path.of(
        Objects.requireNonNull(System.getProperty("herald.root"), "property herald.root"));
  }

  /**
   * Files whose name ends in one of the endings, in a stable order.
   *
   * @param endings such as {@code ".java"}
   */
  static List<Path> files(String... endings) {
    List<Path> found = new ArrayList<>();
    try {
      Files.walkFileTree(
          root(),
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes unused) {
              return NOT_OURS.contains(folder.getFileName().toString())
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes unused) {
              for (String ending : endings) {
                if (file.toString().endsWith(ending)) {
                  found.add(file);
                  break;
                }
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    found.sort(null);
    return found;
  }

  /** The file's lines, read as UTF-8. */
  static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How messages name a place: the path below the root, and the line. */
  static String place(Path file, long line) {
    return root().relativize(file) + ":" + line;
  }
}
