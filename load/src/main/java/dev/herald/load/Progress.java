package dev.herald.load;

import java.io.PrintWriter;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Shows on a terminal how a run is going: one line that is written over once a second. */
final class Progress {
  private static final String ERASE_LINE = "\r\u001B[K";

  private final @Nullable PrintWriter terminal;
  private boolean shown;

  /**
   * Makes one that shows nothing or something.
   *
   * @param terminal where to write, null for nowhere
   */
  Progress(@Nullable PrintWriter terminal) {
    this.terminal = terminal;
  }

  /** Shows a line in place of the last one. */
  void show(Supplier<String> line) {
    if (terminal != null) {
      terminal.print(ERASE_LINE + line.get());
      terminal.flush();
      shown = true;
    }
  }

  /** Writes a line that stays. */
  void keep(Supplier<String> line) {
    clear();
    if (terminal != null) {
      terminal.println(line.get());
      terminal.flush();
    }
  }

  /** Removes the line that is shown. */
  void clear() {
    if (terminal != null && shown) {
      terminal.print(ERASE_LINE);
      terminal.flush();
      shown = false;
    }
  }
}
