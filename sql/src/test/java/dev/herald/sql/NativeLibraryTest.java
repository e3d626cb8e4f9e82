package dev.herald.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibraryTest {
  @TempDir Path folder;
  private URL packed;
  private Path natives;
  private Path file;

  @BeforeEach
  void pack() throws IOException {
    Path resource = folder.resolve("resource");
    Files.writeString(resource, "library");
    packed = resource.toUri().toURL();
    natives = Files.createDirectory(folder.resolve("native"));
    file = natives.resolve("lib.so");
  }

  @Test
  void unpack_missing_isMade() throws IOException {
    NativeLibrary.unpack(packed, file);

    assertThat(file).hasContent("library");
    assertThat(natives.toFile().list()).containsExactly("lib.so");
  }

  @Test
  void unpack_same_isLeftAlone() throws IOException {
    Files.writeString(file, "library");
    FileTime old = FileTime.fromMillis(1000);
    Files.setLastModifiedTime(file, old);

    NativeLibrary.unpack(packed, file);

    assertThat(Files.getLastModifiedTime(file)).isEqualTo(old);
  }

  @Test
  void unpack_different_isReplaced() throws IOException {
    Files.writeString(file, "libr\0ry, damaged");

    NativeLibrary.unpack(packed, file);

    assertThat(file).hasContent("library");
    assertThat(natives.toFile().list()).containsExactly("lib.so");
  }
}
