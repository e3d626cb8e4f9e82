package dev.herald.server;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which configuration a command line means.
 *
 * @param file the YAML file; null for the one that the environment names, if any
 * @param sets {@code key=value} each, in their order
 */
record ConfigChoice(@Nullable Path file, List<String> sets) {
  /**
   * Reads the command lines that nearly every server is started with: {@code [standalone]}, then
   * {@code --config FILE} at most once and {@code --set KEY=VALUE} any number of times.
   *
   * <p>The parser of the whole command line takes a good part of the time to start, because no AOT
   * cache can hold classes as old as its own. It is not needed for these, and reads them the same.
   *
   * @return empty for every other command line, also for a wrong one
   */
  static Optional<ConfigChoice> ofPlain(String... args) {
    Path file = null;
    var sets = new ArrayList<String>();
    for (int i = args.length > 0 && args[0].equals("standalone") ? 1 : 0; i < args.length; i += 2) {
      if (i + 1 == args.length || !args[i + 1].matches("[^\"'@-][^\"']*")) {
        return Optional.empty();
      }
      String value = args[i + 1];
      if (args[i].equals("--set")) {
        sets.add(value);
      } else if (args[i].equals("--config") && file == null && !value.contains("\0")) {
        file = Path.of(value);
      } else {
        return Optional.empty();
      }
    }
    return Optional.of(new ConfigChoice(file, List.copyOf(sets)));
  }
}
