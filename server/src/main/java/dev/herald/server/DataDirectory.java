package dev.herald.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data directory of one running server: made if it is missing, locked while it is used. For one
 * thread.
 */
final class DataDirectory implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);
  private static final String LOCK_FILE = "herald.lock";

  private final Path path;
  private final FileChannel channel;

  private DataDirectory(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Makes the directory if it is missing, and locks it.
   *
   * @param configured the directory, relative to the working directory
   * @throws StartException if it cannot be made, written or locked
   */
  static DataDirectory open(Path configured) throws StartException {
    Path path = configured.toAbsolutePath().normalize();
    @Nullable FileChannel channel = null;
    try {
      Files.createDirectories(path);
      channel =
          FileChannel.open(
              path.resolve(LOCK_FILE),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      if (!lock(channel)) {
        String holder = holder(channel);
        channel.close();
        throw new StartException(
            "the data directory "
                + path
                + " is in use by another Herald"
                + holder
                + "; stop that one, or set data (HERALD_DATA) to another directory");
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(ownPid().getBytes(StandardCharsets.US_ASCII)), 0);
      return new DataDirectory(path, channel);
    } catch (IOException e) {
      closeQuietly(channel);
      throw new StartException(
          "the data directory "
              + path
              + " cannot be written ("
              + reason(e)
              + "); give the user of this process the right to, or set data (HERALD_DATA) to"
              + " another directory",
          e);
    }
  }

  /** The directory, absolute. */
  Path path() {
    return path;
  }

  /** Lets the next server in. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.warn("data.close_failed path={}", path, e);
    }
  }

  private static boolean lock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // held by this process
    }
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer pid = ByteBuffer.allocate(20);
    channel.read(pid, 0);
    String text = new String(pid.array(), 0, pid.position(), StandardCharsets.US_ASCII).strip();
    return text.matches("[0-9]+") ? ", process " + text : "";
  }

  private static String ownPid() {
    return Long.toString(ProcessHandle.current().pid());
  }

  private static String reason(IOException e) {
    return switch (e) {
      case FileAlreadyExistsException file -> file.getFile() + " is not a directory";
      case NoSuchFileException file -> file.getFile() + " cannot be made";
      case AccessDeniedException file -> file.getFile() + ": permission denied";
      case FileSystemException file when file.getReason() != null ->
          file.getFile() + ": " + file.getReason();
      default -> e.getClass().getSimpleName() + ": " + e.getMessage();
    };
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      LOG.warn("data.close_failed", e);
    }
  }
}
