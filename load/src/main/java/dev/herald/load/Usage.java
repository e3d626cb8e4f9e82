package dev.herald.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a process has used, as Linux tells it in {@code /proc}.
 *
 * @param cpuSeconds processor time in user and kernel mode, of all threads
 * @param residentBytes memory it has in RAM
 */
record Usage(double cpuSeconds, long residentBytes) {
  /** The unit of processor times in {@code /proc}: Linux shows 100 a second everywhere. */
  private static final double TICKS_PER_SECOND = 100;

  private static final int USER_TICKS = 11;
  private static final int KERNEL_TICKS = 12;

  /** Reads the usage of a process; null if there is no such process or no {@code /proc}. */
  static @Nullable Usage of(long pid) {
    Path process = Path.of("/proc", Long.toString(pid));
    try {
      return parse(
          Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1),
          Files.readString(process.resolve("status"), StandardCharsets.ISO_8859_1));
    } catch (IOException gone) {
      return null;
    }
  }

  /** Reads the texts of {@code /proc/PID/stat} and {@code /proc/PID/status}. */
  static Usage parse(String stat, String status) {
    // the name of the program is in parentheses and may hold anything
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    long ticks = Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[KERNEL_TICKS]);
    long residentKiB =
        status
            .lines()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
            .sum();
    return new Usage(ticks / TICKS_PER_SECOND, residentKiB * 1024);
  }
}
