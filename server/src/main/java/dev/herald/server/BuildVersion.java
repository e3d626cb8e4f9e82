package dev.herald.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of this build, as the build wrote it down. */
final class BuildVersion {
  private static final String FILE = "/dev/herald/server/version.properties";

  private BuildVersion() {}

  /** The version, {@code 1.2.3} or {@code 1.2.3-SNAPSHOT}. */
  static String text() {
    try (InputStream in = BuildVersion.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + FILE);
      }
      var properties = new Properties();
      properties.load(in);
      return properties.getProperty("version", "unknown");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
