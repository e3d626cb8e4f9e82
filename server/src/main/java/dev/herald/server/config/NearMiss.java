package dev.herald.server.config;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Finds the names that may have been meant by a mistyped one. */
final class NearMiss {
  private static final int HINTS_MAX = 3;

  private NearMiss() {}

  /**
   * The known names nearest to a written one, at most three. Case, dots, dashes and underscores do
   * not count; one typing error in four letters does not either. A bare last part, {@code port},
   * finds every name that ends so.
   */
  static List<String> of(String written, Collection<String> known) {
    String target = letters(written);
    int allowed = Math.max(1, target.length() / 4);
    int least = known.stream().mapToInt(name -> distance(target, letters(name))).min().orElse(0);
    if (least <= allowed) {
      return known.stream()
          .filter(name -> distance(target, letters(name)) == least)
          .limit(HINTS_MAX)
          .toList();
    }
    String ending = letters(written.substring(written.lastIndexOf('.') + 1));
    return known.stream()
        .filter(name -> letters(name.substring(name.lastIndexOf('.') + 1)).equals(ending))
        .limit(HINTS_MAX)
        .toList();
  }

  private static String letters(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[._-]", "");
  }

  /** Insertions, deletions, replacements and swaps of neighbours from one text to the other. */
  static int distance(String from, String to) {
    int[][] cost = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        boolean same = from.charAt(i - 1) == to.charAt(j - 1);
        int least = cost[i - 1][j - 1] + (same ? 0 : 1);
        least = Math.min(least, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
        boolean swapped =
            i > 1
                && j > 1
                && from.charAt(i - 1) == to.charAt(j - 2)
                && from.charAt(i - 2) == to.charAt(j - 1);
        cost[i][j] = swapped ? Math.min(least, cost[i - 2][j - 2] + 1) : least;
      }
    }
    return cost[from.length()][to.length()];
  }
}
