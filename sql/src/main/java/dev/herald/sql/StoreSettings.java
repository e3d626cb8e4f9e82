package dev.herald.sql;

import dev.herald.core.config.Setting;
import java.time.Duration;

/**
 * The settings of the embedded store: the section {@code store}.
 *
 * @param bytesMax how large the database file may grow
 * @param writerCacheBytes memory for pages the writer works on
 * @param readerCacheBytes memory for pages of one reader
 * @param mmapBytes how much of the database file is mapped into memory
 * @param checkpointBytes length of the write-ahead log at which it is written back
 * @param logBytesMax how long the write-ahead log may grow
 * @param readersMax how many queries read at once
 * @param waitMax how long to wait for a reader or a lock
 */
public record StoreSettings(
    @Setting(
            doc =
                "How large the database file may grow. At the limit every write is refused and"
                    + " reading goes on. 0 leaves the limit to the disk.",
            unit = "bytes",
            def = "0",
            min = "0",
            max = "1024GiB")
        long bytesMax,
    @Setting(
            doc = "How much memory the writer may use for database pages.",
            unit = "bytes",
            def = "64MiB",
            min = "1MiB",
            max = "16GiB")
        long writerCacheBytes,
    @Setting(
            doc = "How much memory each reader may use for database pages.",
            unit = "bytes",
            def = "8MiB",
            min = "1MiB",
            max = "16GiB")
        long readerCacheBytes,
    @Setting(
            doc =
                "How much of the database file is mapped into memory for reading; what is mapped"
                    + " is the system's page cache and counts as resident, and takes none of the"
                    + " heap. 0 maps nothing: slower, but an unreadable disk sector then fails one"
                    + " query instead of ending the process.",
            unit = "bytes",
            def = "2GiB",
            min = "0",
            max = "2GiB")
        long mmapBytes,
    @Setting(
            doc =
                "The length of the write-ahead log at which it is written back to the database"
                    + " file, beside the writer. A longer one means less work for the disk and a"
                    + " longer start after a crash.",
            unit = "bytes",
            def = "64MiB",
            min = "1MiB",
            max = "1GiB")
        long checkpointBytes,
    @Setting(
            doc =
                "How long the write-ahead log may grow while something keeps it from being written"
                    + " back: another program that reads the file for long, or a full disk. At the"
                    + " limit every write is refused and reading goes on, until the cause is gone.",
            unit = "bytes",
            def = "4GiB",
            min = "16MiB",
            max = "1024GiB")
        long logBytesMax,
    @Setting(
            doc =
                "How many queries read at the same time. One more waits as long as waitMax, then"
                    + " it is refused.",
            unit = "queries",
            def = "4",
            min = "1",
            max = "64")
        int readersMax,
    @Setting(
            doc =
                "How long a query waits for a free reader, and either side for a lock that another"
                    + " process holds, before the request is refused.",
            def = "1500ms",
            min = "250ms",
            max = "30s")
        Duration waitMax) {}
