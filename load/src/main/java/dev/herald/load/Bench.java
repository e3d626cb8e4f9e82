package dev.herald.load;

import picocli.CommandLine;

/** Runs the load tool as a process of its own. */
public final class Bench {
  private Bench() {}

  /**
   * Runs one command line and ends the process.
   *
   * @param args the arguments
   */
  public static void main(String[] args) {
    System.exit(new CommandLine(new BenchCommand()).execute(args));
  }
}
