package dev.herald.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version of this build, as the build wrote it down. */
final class HeraldVersion implements IVersionProvider {
  private static final String FILE = "/dev/herald/server/version.properties";

  /** Made by the command line parser. */
  HeraldVersion() {}

  /** The version, {@code 1.2.3} or {@code 1.2.3-SNAPSHOT}. */
  static String text() {
    try (InputStream in = HeraldVersion.class.getResourceAsStream(FILE)) {
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

  @Override
  public String[] getVersion() {
    return new String[] {"herald " + text()};
  }
}
