package dev.herald.sql;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What the tests of this module share. */
final class Stores {
  private static final long MIB = 1 << 20;

  /** Small and impatient. */
  static final StoreSettings SETTINGS =
      new StoreSettings(0, 4 * MIB, MIB, 16 * MIB, MIB, 64 * MIB, 4, Duration.ofMillis(300));

  private Stores() {}

  static void delete(Path folder) throws IOException {
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(folder)) {
      paths = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.delete(path);
    }
  }
}
