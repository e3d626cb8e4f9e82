package dev.herald.sql;

import dev.herald.core.error.HeraldException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Looks for damage in the write-ahead log before SQLite does.
 *
 * <p>SQLite reads the log up to the first frame whose checksum is wrong and takes the rest for a
 * commit that a crash interrupted. So damage to what was committed would make acknowledged messages
 * disappear without a word. Two things tell damage from an interrupted commit:
 *
 * <ul>
 *   <li>The index of the log (the file {@code -shm}) is brought forward only after a commit was
 *       synced. After a kill it is still there and says how many frames the log must have.
 *   <li>A commit is only begun when the one before it was synced. So of the frames that follow the
 *       wrong one, each linked to the one before by its checksum, at most one may end a commit.
 * </ul>
 *
 * <p>If neither tells anything, the wrong frames belong to the last commit, the index is gone, and
 * nobody can know whether it was acknowledged. The layout of both files is that of SQLite's format
 * 3007000.
 */
final class LogDamage {
  private static final int VERSION = 3007000;
  private static final int MAGIC = 0x377f0682; // the last bit: checksums of big-endian numbers
  private static final int HEADER_BYTES = 32;
  private static final int FRAME_HEADER_BYTES = 24;
  private static final int SALT_OFFSET = 16;
  private static final int BUFFER_BYTES = 1 << 20;

  private LogDamage() {}

  /**
   * Checks the log of a database that no process has open.
   *
   * @param file the database file
   * @throws HeraldException STORE_UNAVAILABLE with a sentence for the operator, which says what to
   *     do, if what was committed cannot be read
   */
  static void check(Path file) {
    Path log = beside(file, "-wal");
    try {
      Index index = Index.read(beside(file, "-shm"));
      Log found = Log.read(log);
      boolean less =
          index != null
              && index.frames > found.committed
              && (found.salt == null || found.salt.equals(index.salt))
              && !(found.committed == 0 && index.writtenBack == index.frames);
      if (less || found.commitsAfterDamage > 1) {
        throw Database.unusable(
            "The write-ahead log "
                + log
                + " is damaged: after "
                + found.committed
                + " frames comes one that is not what was committed, and later messages that were"
                + " acknowledged cannot be read. Restore "
                + file.getFileName()
                + " and its -wal and -shm together from a copy"
                + remedy(file, found, index),
            null);
      }
    } catch (IOException e) {
      throw Database.unusable("The write-ahead log " + log + " cannot be read", e);
    }
  }

  private static String remedy(Path file, Log found, @Nullable Index index) {
    if (index == null || index.mayBeWrittenBack > found.committed) {
      return ""; // newer pages may be in the database already: older ones must not come before them
    }
    return "; or give up what comes after the damage, and only that: truncate -s "
        + found.committedBytes
        + " "
        + beside(file, "-wal")
        + " && rm "
        + beside(file, "-shm");
  }

  private static Path beside(Path file, String suffix) {
    return file.resolveSibling(file.getFileName() + suffix);
  }

  /** SQLite's checksum: two sums over pairs of 32-bit numbers. */
  private static final class Checksum {
    int first;
    int second;

    void add(ByteBuffer bytes, int from, int length) {
      for (int at = from; at < from + length; at += 8) {
        first += bytes.getInt(at) + second;
        second += bytes.getInt(at + 4) + first;
      }
    }
  }

  /**
   * What the index of the log says.
   *
   * @param frames how many frames of the log were committed
   * @param salt which log it belongs to
   * @param writtenBack how many of them are in the database file for certain
   * @param mayBeWrittenBack how many of them may be
   */
  private record Index(long frames, Long salt, long writtenBack, long mayBeWrittenBack) {
    private static final int COPY_BYTES = 48;
    private static final int BYTES = 136;

    static @Nullable Index read(Path path) throws IOException {
      byte[] bytes;
      try (InputStream in = Files.newInputStream(path)) {
        bytes = in.readNBytes(BYTES);
      } catch (NoSuchFileException absent) {
        return null;
      }
      if (bytes.length < BYTES) {
        return null;
      }
      ByteBuffer index = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
      // the second copy is written first: the first one is never ahead of what was synced
      int copy = isWhole(index, 0) ? 0 : COPY_BYTES;
      if (!isWhole(index, copy)) {
        return null;
      }
      return new Index(
          Integer.toUnsignedLong(index.getInt(copy + 16)),
          ByteBuffer.wrap(bytes).getLong(copy + 32),
          Integer.toUnsignedLong(index.getInt(2 * COPY_BYTES)),
          Integer.toUnsignedLong(index.getInt(2 * COPY_BYTES + 32)));
    }

    private static boolean isWhole(ByteBuffer index, int copy) {
      Checksum checksum = new Checksum();
      checksum.add(index, copy, 40);
      return index.getInt(copy) == VERSION
          && index.get(copy + 12) == 1
          && index.getInt(copy + 40) == checksum.first
          && index.getInt(copy + 44) == checksum.second;
    }
  }

  /** What the log has. */
  private static final class Log {
    /** Which log it is, null if its header is not whole. */
    @Nullable Long salt;

    /** How many frames SQLite will take. */
    long committed;

    long committedBytes;

    /** How many commits end in a frame that SQLite will not take, though it was reached. */
    int commitsAfterDamage;

    static Log read(Path path) throws IOException {
      Log log = new Log();
      try (InputStream in = new BufferedInputStream(Files.newInputStream(path), BUFFER_BYTES)) {
        log.read(in);
      } catch (NoSuchFileException absent) {
        return log;
      }
      return log;
    }

    private void read(InputStream in) throws IOException {
      ByteBuffer header = ByteBuffer.wrap(in.readNBytes(HEADER_BYTES));
      if (header.capacity() < HEADER_BYTES
          || (header.getInt(0) & ~1) != MAGIC
          || header.getInt(4) != VERSION) {
        return;
      }
      ByteOrder order =
          (header.getInt(0) & 1) == 0 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
      int pageBytes = header.getInt(8);
      Checksum checksum = new Checksum();
      checksum.add(header.order(order), 0, HEADER_BYTES - 8);
      header.order(ByteOrder.BIG_ENDIAN);
      if (header.getInt(24) != checksum.first
          || header.getInt(28) != checksum.second
          || pageBytes < 512
          || pageBytes > 65_536) {
        return;
      }
      salt = header.getLong(SALT_OFFSET);
      readFrames(in, FRAME_HEADER_BYTES + pageBytes, order, checksum);
    }

    private void readFrames(InputStream in, int frameBytes, ByteOrder order, Checksum checksum)
        throws IOException {
      boolean damaged = false;
      committedBytes = HEADER_BYTES;
      for (long frame = 1; ; frame++) {
        ByteBuffer bytes = ByteBuffer.wrap(in.readNBytes(frameBytes));
        if (bytes.capacity() < frameBytes || !Long.valueOf(bytes.getLong(8)).equals(salt)) {
          return; // the end, or what an earlier round of the log left behind
        }
        boolean commits = bytes.getInt(4) != 0;
        bytes.order(order);
        checksum.add(bytes, 0, 8);
        checksum.add(bytes, FRAME_HEADER_BYTES, frameBytes - FRAME_HEADER_BYTES);
        bytes.order(ByteOrder.BIG_ENDIAN);
        boolean whole = bytes.getInt(16) == checksum.first && bytes.getInt(20) == checksum.second;
        if (!whole && damaged) {
          return;
        }
        damaged |= !whole;
        if (damaged) {
          commitsAfterDamage += commits ? 1 : 0;
          checksum.first = bytes.getInt(16);
          checksum.second = bytes.getInt(20);
        } else if (commits) {
          committed = frame;
          committedBytes = HEADER_BYTES + frame * frameBytes;
        }
      }
    }
  }
}
