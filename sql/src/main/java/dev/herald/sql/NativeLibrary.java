package dev.herald.sql;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;

/**
 * Where SQLite's native library is loaded from: a file in the data directory, unpacked when it is
 * missing or differs from the one in the program.
 *
 * <p>The driver alone would unpack it at every start, into a temporary directory that may forbid
 * execution, which takes a good part of the start; and leave a copy behind whenever the process is
 * killed.
 */
final class NativeLibrary {
  private static final String FOLDER = "org.sqlite.lib.path";
  private static final String NAME = "org.sqlite.lib.name";

  /** Where the driver unpacks it itself, should it not load from the folder. */
  private static final String COPIES = "org.sqlite.tmpdir";

  @GuardedBy("NativeLibrary.class")
  private static boolean loaded;

  private NativeLibrary() {}

  /**
   * Loads the library from a folder, which must exist. Without effect once it is loaded; a place
   * that the operator has chosen by a system property of the driver is kept.
   *
   * @throws dev.herald.core.error.HeraldException STORE_UNAVAILABLE with a sentence for the
   *     operator
   */
  static synchronized void load(Path folder) {
    if (loaded) {
      return;
    }
    if (System.getProperty(COPIES) == null) {
      System.setProperty(COPIES, folder.toString());
    }
    String name = LibraryLoaderUtil.getNativeLibName();
    URL packed =
        SQLiteJDBCLoader.class.getResource(
            LibraryLoaderUtil.getNativeLibResourcePath() + '/' + name);
    try {
      if (System.getProperty(FOLDER) == null && packed != null) {
        unpack(packed, folder.resolve(name));
        System.setProperty(FOLDER, folder.toString());
        System.setProperty(NAME, name);
      }
      SQLiteJDBCLoader.initialize();
      loaded = true;
    } catch (Exception e) { // the driver declares no other
      throw Database.unusable("SQLite's library cannot be loaded from " + folder, e);
    }
  }

  /** Makes the file have the content of the resource; a process that uses an old file keeps it. */
  static void unpack(URL packed, Path file) throws IOException {
    byte[] content;
    try (InputStream in = packed.openStream()) {
      content = in.readAllBytes();
    }
    if (!Arrays.equals(content, contentOf(file))) {
      Path fresh = file.resolveSibling(file.getFileName() + "." + ProcessHandle.current().pid());
      try {
        Files.write(fresh, content);
        Files.move(
            fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(fresh);
      }
    }
  }

  private static byte[] contentOf(Path file) throws IOException {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException absent) {
      return new byte[0];
    }
  }
}
