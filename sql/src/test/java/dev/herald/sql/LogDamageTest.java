package dev.herald.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupKey;
import dev.herald.core.metric.Metrics;
import dev.herald.testkit.GroupEvents;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a killed store left behind, with damage to its write-ahead log. */
class LogDamageTest {
  private static final GroupKey G = new GroupKey("app", "group");
  private static final int EVENTS = 12;
  private static final int HEADER_BYTES = 32;
  private static final int FRAME_BYTES = 24 + 4096;

  @TempDir Path place;
  private Path data;
  private Path log;
  private Path index;
  private final List<GroupEvent> stored = new ArrayList<>();

  /** Copies the files of a store that runs: as if it had been killed then. */
  @BeforeEach
  void writeAndKill() throws IOException {
    Path running = place.resolve("running");
    data = Files.createDirectories(place.resolve("data"));
    log = data.resolve("herald.db-wal");
    index = data.resolve("herald.db-shm");
    GroupEvents events = new GroupEvents();
    try (SqliteStore store = new SqliteStore(running, Stores.SETTINGS, new Metrics())) {
      store.start();
      for (int i = 0; i < EVENTS; i++) {
        GroupEvent event = events.next(G);
        store.append(List.of(event));
        stored.add(event);
      }
      for (String name : List.of("herald.db", "herald.db-wal", "herald.db-shm")) {
        Files.copy(running.resolve(name), data.resolve(name));
      }
    }
  }

  @Test
  void nothing_everythingIsThere() {
    assertThat(reopened()).isEqualTo(stored);
  }

  @Test
  void garbageAfterTheLastCommit_isIgnored() throws IOException {
    byte[] garbage = "garbage!".repeat(3000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    Files.write(log, garbage, StandardOpenOption.APPEND);

    assertThat(reopened()).isEqualTo(stored);
  }

  @Test
  void commitThatWasInterrupted_isIgnored() throws IOException {
    // the last frame's salt is that of this log, but not all of it was written
    byte[] last = lastFrame();
    Files.write(log, last, StandardOpenOption.APPEND);

    assertThat(reopened()).isEqualTo(stored);
  }

  @Test
  void lastCommit_isRefusedAndWhatIsSaidHelps() throws IOException {
    flip(Files.size(log) - 100);
    String refusal = refused();

    Matcher remedy =
        Pattern.compile("truncate -s (\\d+) (\\S+) && rm (\\S+?)\\.?$").matcher(refusal);
    assertThat(remedy.find()).as(refusal).isTrue();
    assertThat(remedy.group(2)).isEqualTo(log.toString());
    assertThat(remedy.group(3)).isEqualTo(index.toString());
    try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
      channel.truncate(Long.parseLong(remedy.group(1)));
    }
    Files.delete(index);
    assertThat(reopened()).isEqualTo(stored.subList(0, EVENTS - 1));
  }

  @Test
  void refusal_leavesTheFilesAsTheyAre() throws IOException {
    flip(HEADER_BYTES + 5 * FRAME_BYTES + 1000);
    byte[] before = Files.readAllBytes(log);

    refused();
    refused();
    assertThat(log).hasBinaryContent(before);
    assertThat(index).exists();
  }

  @Test
  void commitBeforeOthers_isRefusedAlsoWithoutTheIndex() throws IOException {
    flip(HEADER_BYTES + 50 * FRAME_BYTES + 1000);
    Files.delete(index);

    assertThat(refused()).contains("after ").doesNotContain("truncate");
  }

  @Test
  void lastCommitWithoutTheIndex_cannotBeToldFromAnInterruptedOne() throws IOException {
    flip(Files.size(log) - 100);
    Files.delete(index);

    assertThat(reopened()).isEqualTo(stored.subList(0, EVENTS - 1));
  }

  @Test
  void header_isRefused() throws IOException {
    flip(9);

    refused();
  }

  @Test
  void logThatIsGone_isRefused() throws IOException {
    Files.delete(log);

    refused();
  }

  @Test
  void logThatIsCut_isRefused() throws IOException {
    try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
      channel.truncate(HEADER_BYTES + 4 * FRAME_BYTES + 7);
    }

    refused();
  }

  private byte[] lastFrame() throws IOException {
    byte[] all = Files.readAllBytes(log);
    return java.util.Arrays.copyOfRange(all, all.length - FRAME_BYTES, all.length - 500);
  }

  private void flip(long position) throws IOException {
    try (FileChannel channel =
        FileChannel.open(log, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, position);
      one.put(0, (byte) (one.get(0) ^ 0x10)).rewind();
      channel.write(one, position);
    }
  }

  private String refused() {
    List<String> detail = new ArrayList<>();
    try (SqliteStore store = new SqliteStore(data, Stores.SETTINGS, new Metrics())) {
      assertThatThrownBy(store::start)
          .isInstanceOfSatisfying(
              HeraldException.class,
              refusal -> {
                assertThat(refusal.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
                assertThat(refusal.detail())
                    .contains(log.toString(), "is damaged", "Restore herald.db")
                    .doesNotContain("\n")
                    .endsWith(".");
                detail.add(refusal.detail());
              });
    }
    return detail.getFirst();
  }

  private List<GroupEvent> reopened() {
    try (SqliteStore store = new SqliteStore(data, Stores.SETTINGS, new Metrics())) {
      store.start();
      return store.eventsAfter(G, 0, 1000);
    }
  }
}
