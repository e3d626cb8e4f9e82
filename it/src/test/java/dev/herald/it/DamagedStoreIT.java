package dev.herald.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.harness.Child;
import dev.herald.it.harness.GroupApi;
import dev.herald.it.harness.HeraldProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database file that is not whole: the start is refused in one sentence, the file untouched. */
class DamagedStoreIT {
  private static final String FILE = "herald.db";
  private static final int MESSAGES = 300;
  private static final int USER_VERSION_OFFSET = 60;

  @TempDir static Path original;
  @TempDir Path data;

  @BeforeAll
  static void writeAndStop() {
    try (var server = HeraldProcess.start(original);
        var api = new GroupApi(server, "a")) {
      String text = "a sentence that fills pages ".repeat(20);
      for (int i = 0; i < MESSAGES / 50; i++) {
        java.util.stream.IntStream.range(0, 50)
            .mapToObj(m -> api.send("g", "u", text))
            .toList()
            .forEach(sent -> assertThat(GroupApi.isAcknowledged(sent.join())).isTrue());
      }
      assertThat(server.stop().code()).isZero();
    }
  }

  @BeforeEach
  void copy() throws IOException {
    Files.copy(original.resolve(FILE), file());
  }

  private Path file() {
    return data.resolve(FILE);
  }

  @Test
  void stoppedServer_leavesOneWholeFile() {
    assertThat(original.resolve(FILE + "-wal")).doesNotExist();
    try (var server = HeraldProcess.start(data);
        var api = new GroupApi(server, "a")) {
      assertThat(api.history("g")).hasSize(MESSAGES);
    }
  }

  @Test
  void garbageForAHeader_isRefused() throws IOException {
    write(
        0, "this is not a database, but a text".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertRefused("not a database");
  }

  @Test
  void halfAFile_isRefused() throws IOException {
    try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() / 2);
    }
    assertRefused("damaged");
  }

  @Test
  void otherBytesInTheMiddle_areRefused() throws IOException {
    byte[] garbage = new byte[8192];
    new SplittableRandom(7).nextBytes(garbage);
    write(Files.size(file()) / 2, garbage);
    assertRefused("damaged");
  }

  @Test
  void schemaOfANewerVersion_isRefused() throws IOException {
    write(USER_VERSION_OFFSET, ByteBuffer.allocate(4).putInt(9999).array());
    assertRefused("newer version of Herald", "9999");
  }

  @Test
  void directoryInItsPlace_isRefused() throws IOException {
    Files.delete(file());
    Files.createDirectory(file());
    Child.Ended ended = start();

    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err()).contains("herald: ", file().toString(), "directory");
  }

  @Test
  void logDamagedAfterAKill_isRefusedWithWhatToDo() throws IOException {
    try (var server = HeraldProcess.start(data);
        var api = new GroupApi(server, "a")) {
      api.create("g", "u", "acknowledged");
      server.kill();
    }
    Path log = data.resolve(FILE + "-wal");
    byte[] bytes = Files.readAllBytes(log);
    bytes[bytes.length - 100] ^= 1;
    Files.write(log, bytes);

    assertRefused(log.toString(), "is damaged", "Restore", "truncate -s");
  }

  private void write(long offset, byte[] bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes), offset);
    }
  }

  private void assertRefused(String... words) throws IOException {
    byte[] before = Files.readAllBytes(file());
    Child.Ended ended = start();

    assertThat(ended.code()).as(ended.err()).isEqualTo(1);
    assertThat(ended.err()).contains("herald: ", file().toString()).contains(words);
    assertThat(ended.err()).doesNotContain("is ready", "\tat ");
    assertThat(Arrays.equals(Files.readAllBytes(file()), before))
        .as("the file is as it was")
        .isTrue();
  }

  private Child.Ended start() {
    Map<String, String> environment = new HashMap<>();
    environment.put("HERALD_DATA", data.toString());
    for (String listener : new String[] {"MQTT", "WS", "HTTP"}) {
      environment.put("HERALD_" + listener + "_PORT", "0");
    }
    return HeraldProcess.run(environment, "standalone");
  }
}
