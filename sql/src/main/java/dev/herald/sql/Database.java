package dev.herald.sql;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.Pragma;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TransactionMode;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteOpenMode;

/** A database file: where it is, and how connections to it are opened. Thread-safe. */
final class Database {
  private static final String GROUPS_FILE = "herald.db";
  private static final String RELAY_FILE = "relay.db";
  private static final String NATIVE_FOLDER = "native";
  private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);

  /** The size of a page of the database. */
  static final int PAGE_BYTES = 4096;

  /** How many times the length at which the log is written back its file may keep. */
  private static final long LOG_KEPT = 2;

  private final Path data;
  private final Path file;
  private final SynchronousMode synchronous;
  private final int autoCheckpointPages;
  private final StoreSettings settings;

  /** The database of groups; its log is written back by a {@link Checkpointer}. */
  Database(Path data, StoreSettings settings) {
    this(data, GROUPS_FILE, SynchronousMode.FULL, 0, settings);
  }

  /** The database of what the relay remembers; a commit is not synced. */
  static Database relay(Path data, StoreSettings settings) {
    int pages = Math.toIntExact(settings.checkpointBytes() / PAGE_BYTES);
    return new Database(data, RELAY_FILE, SynchronousMode.NORMAL, pages, settings);
  }

  private Database(
      Path data,
      String fileName,
      SynchronousMode synchronous,
      int autoCheckpointPages,
      StoreSettings settings) {
    this.data = data.toAbsolutePath();
    this.file = this.data.resolve(fileName);
    this.synchronous = synchronous;
    this.autoCheckpointPages = autoCheckpointPages;
    this.settings = settings;
  }

  Path file() {
    return file;
  }

  /** Where its write-ahead log is. */
  Path log() {
    return file.resolveSibling(file.getFileName() + "-wal");
  }

  /** Returns the size of the file and its write-ahead log on disk; 0 while there is none. */
  long bytes() {
    return sizeOf(file) + sizeOf(log());
  }

  /** Returns which file is at a path: equal for the same one only; null if there is none. */
  static @Nullable Object identity(Path path) throws SQLException {
    try {
      Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
      return key == null ? path : key; // some file systems cannot tell
    } catch (NoSuchFileException absent) {
      return null;
    } catch (IOException e) {
      throw new SQLException("cannot look at " + path, e);
    }
  }

  /**
   * Makes the data directory and looks at the file before SQLite does.
   *
   * @throws HeraldException STORE_UNAVAILABLE with a sentence for the operator
   */
  void prepare() {
    Path natives = data.resolve(NATIVE_FOLDER);
    try {
      Files.createDirectories(natives);
    } catch (IOException e) {
      throw unusable("The data directory " + data + " cannot be created or written", e);
    }
    NativeLibrary.load(natives);
    if (Files.isDirectory(file)) {
      throw unusable("The database file " + file + " is a directory", null);
    }
    if (sizeOf(file) > 0 && !startsLikeDatabase()) {
      throw unusable(
          "The database file " + file + " is not a database or its start is damaged", null);
    }
  }

  /**
   * Opens a connection that writes.
   *
   * @param create whether a missing file is created
   */
  Connection openWriter(boolean create) throws SQLException {
    SQLiteConfig config = config(settings.writerCacheBytes());
    if (!create) {
      config.resetOpenMode(SQLiteOpenMode.CREATE);
    }
    config.setJournalMode(JournalMode.WAL);
    config.setSynchronous(synchronous);
    config.setTransactionMode(TransactionMode.IMMEDIATE);
    config.setPageSize(PAGE_BYTES);
    config.setWalAutocheckpoint(autoCheckpointPages);
    // A log that keeps its length is overwritten, which is synced faster than what grows.
    config.setJournalSizeLimit(
        (int) Math.min(Integer.MAX_VALUE, LOG_KEPT * settings.checkpointBytes()));
    if (settings.bytesMax() > 0) {
      config.setMaxPageCount(Math.toIntExact(Math.max(1, settings.bytesMax() / PAGE_BYTES)));
    }
    return source(config).getConnection();
  }

  /** Returns a source of connections that can only read. */
  SQLiteDataSource readers() {
    SQLiteConfig config = config(settings.readerCacheBytes());
    config.setReadOnly(true);
    return source(config);
  }

  private SQLiteConfig config(long cacheBytes) {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(Math.toIntExact(settings.waitMax().toMillis()));
    config.setCacheSize(-Math.toIntExact(cacheBytes / 1024)); // negative: in KiB
    config.setPragma(Pragma.MMAP_SIZE, Long.toString(settings.mmapBytes()));
    return config;
  }

  private SQLiteDataSource source(SQLiteConfig config) {
    SQLiteDataSource source = new SQLiteDataSource(config);
    // As a URI, so that no character of the path is taken for an option.
    source.setUrl("jdbc:sqlite:" + file.toUri());
    return source;
  }

  private boolean startsLikeDatabase() {
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(MAGIC.length), MAGIC);
    } catch (IOException e) {
      throw unusable("The database file " + file + " cannot be read", e);
    }
  }

  private static long sizeOf(Path path) {
    try {
      return Files.size(path);
    } catch (NoSuchFileException absent) {
      return 0;
    } catch (IOException e) {
      throw unusable("The database file " + path + " cannot be read", e);
    }
  }

  /**
   * Makes the refusal to start.
   *
   * @param sentence what is wrong, naming the file, without its full stop
   * @param cause what was thrown, or null
   */
  static HeraldException unusable(String sentence, @Nullable Exception cause) {
    if (cause == null) {
      return new HeraldException(ErrorCode.STORE_UNAVAILABLE, sentence + ".");
    }
    String reason = cause instanceof SQLException ? cause.getMessage() : cause.toString();
    return new HeraldException(ErrorCode.STORE_UNAVAILABLE, sentence + " (" + reason + ").", cause);
  }
}
