package dev.herald.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir Path dir;

  @Test
  void open_missing_isMadeWithItsParents() throws Exception {
    Path data = dir.resolve("a/b");
    try (var opened = DataDirectory.open(data)) {
      assertThat(opened.path()).isAbsolute().isDirectory();
    }
    assertThat(data).isDirectory();
  }

  @Test
  void open_whileInUse_namesTheHolderAndTheKey() throws Exception {
    try (var first = DataDirectory.open(dir)) {
      assertThatThrownBy(() -> DataDirectory.open(first.path()))
          .isInstanceOf(StartException.class)
          .hasMessageContaining(
              "in use by another Herald, process " + ProcessHandle.current().pid())
          .hasMessageContaining("set data (HERALD_DATA)");
    }
    try (var again = DataDirectory.open(dir)) {
      assertThat(again.path()).isEqualTo(dir);
    }
  }

  @Test
  void open_underAFile_saysWhatToDo() throws Exception {
    Path file = Files.createFile(dir.resolve("file"));
    for (Path data : new Path[] {file, file.resolve("data"), Path.of("/proc/herald")}) {
      assertThatThrownBy(() -> DataDirectory.open(data))
          .isInstanceOf(StartException.class)
          .hasMessageStartingWith("the data directory " + data + " cannot be written (")
          .hasMessageContaining("set data (HERALD_DATA)");
    }
  }

  @Test
  void open_lockFileIsADirectory_isRefused() throws Exception {
    Files.createDirectory(dir.resolve("herald.lock"));
    assertThatThrownBy(() -> DataDirectory.open(dir))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("cannot be written");
  }
}
