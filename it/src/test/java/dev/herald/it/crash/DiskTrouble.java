package dev.herald.it.crash;

import dev.herald.it.harness.Child;
import dev.herald.it.harness.HeraldProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A disk that cannot do its work, for a real server: what its system calls return is what the
 * kernel returns then. For one thread.
 */
final class DiskTrouble implements AutoCloseable {
  private static final Duration TOOL_MAX = Duration.ofSeconds(30);
  private static final int FILL_BYTES = 64 * 1024;

  private final Kind kind;
  private final Path data;
  private boolean mounted;
  private @Nullable Child tracer;
  private @Nullable HeraldProcess limited;

  /** What goes wrong. */
  enum Kind {
    /** No space on the file system, which is a small one where one can be mounted. */
    DISK_FULL,

    /** The process may not make its files any larger: RLIMIT_FSIZE. */
    FILE_TOO_LARGE,

    /** The files can be written no more, as after the file system was remounted read-only. */
    READ_ONLY,

    /** What was written cannot be synced. */
    SYNC_FAILS
  }

  /**
   * Prepares trouble.
   *
   * @param data an empty directory for the server's data
   */
  DiskTrouble(Kind kind, Path data) {
    this.kind = kind;
    this.data = data;
    if (kind == Kind.DISK_FULL) {
      mounted =
          Child.run(
                      TOOL_MAX,
                      "mount",
                      "-t",
                      "tmpfs",
                      "-o",
                      "size=16m",
                      "herald-test",
                      data.toString())
                  .code()
              == 0;
    }
  }

  /** Begins to make trouble for a server that runs. */
  void begin(HeraldProcess server) {
    switch (kind) {
      case DISK_FULL -> {
        if (mounted) {
          fill();
        } else {
          // without the right to mount, the nearest that the kernel does to a process
          limit(server);
        }
      }
      case FILE_TOO_LARGE -> limit(server);
      case READ_ONLY -> inject(server, "pwrite64,ftruncate,fallocate", "EROFS");
      case SYNC_FAILS -> inject(server, "fdatasync,fsync", "EIO");
    }
  }

  /** Ends it; the server is not told. */
  void end() {
    Child running = tracer;
    if (running != null) {
      running.terminate(); // it lets go of the server first
      running.awaitEnd(TOOL_MAX);
      running.close();
      tracer = null;
    }
    HeraldProcess server = limited;
    if (server != null && server.isAlive()) {
      limitTo(server, "unlimited:");
    }
    limited = null;
    try {
      Files.deleteIfExists(ballast());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path ballast() {
    return data.resolve("ballast");
  }

  private void fill() {
    try (OutputStream out = Files.newOutputStream(ballast())) {
      for (int bytes = FILL_BYTES; bytes > 0; ) {
        try {
          out.write(new byte[bytes]);
        } catch (IOException full) {
          bytes /= 2;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void limit(HeraldProcess server) {
    limitTo(server, "0:");
    limited = server;
  }

  private static void limitTo(HeraldProcess server, String bytes) {
    must("prlimit", "--pid", Long.toString(server.pid()), "--fsize=" + bytes);
  }

  private void inject(HeraldProcess server, String calls, String error) {
    Child child =
        Child.start(
            java.util.List.of(
                "strace",
                "-f",
                "-p",
                Long.toString(server.pid()),
                "-P",
                data.resolve("herald.db").toString(),
                "-P",
                data.resolve("herald.db-wal").toString(),
                "-e",
                "trace=" + calls,
                "-e",
                "inject=" + calls + ":error=" + error,
                "-o",
                "/dev/null"),
            java.util.Map.of());
    tracer = child;
    child.err().await("that it is attached", line -> line.contains("attached"), TOOL_MAX);
  }

  private static void must(String... command) {
    Child.Ended ended = Child.run(TOOL_MAX, command);
    if (ended.code() != 0) {
      throw new AssertionError(String.join(" ", command) + " failed: " + ended.err());
    }
  }

  @Override
  public void close() {
    end();
    if (mounted) {
      must("umount", "-l", data.toString());
      mounted = false;
    }
  }
}
