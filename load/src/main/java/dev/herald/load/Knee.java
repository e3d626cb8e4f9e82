package dev.herald.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/**
 * Finds the highest rate that holds a bound: doubles the rate until it does not hold, then halves
 * the gap (in proportion) between the highest that held and the lowest that did not until they are
 * close. Every trial is kept, and there are at most {@value #TRIALS_MAX}.
 */
final class Knee {
  /** How many rates are tried, at most. */
  static final int TRIALS_MAX = 20;

  /** The search ends when the rates on both sides of the knee differ by less. */
  private static final double CLOSE = 1.05;

  private final List<Trial> trials = new ArrayList<>();
  private final double max;
  private double held;
  private double failed = Double.POSITIVE_INFINITY;

  /**
   * Makes a search that has not begun.
   *
   * @param max the highest rate to try, messages a second
   */
  Knee(double max) {
    this.max = max;
  }

  /**
   * Searches.
   *
   * @param start the first rate to try, messages a second
   * @param trial tries a rate
   * @return the highest rate that held, 0 if none did
   */
  double search(double start, DoubleFunction<Trial> trial) {
    double rate = Math.min(start, max);
    while (trials.size() < TRIALS_MAX) {
      Trial result = trial.apply(rate);
      trials.add(result);
      if (result.held()) {
        held = Math.max(held, rate);
      } else {
        failed = Math.min(failed, rate);
      }
      if (held == max || failed <= held * CLOSE || failed < 2) {
        break;
      }
      rate = next();
    }
    return held;
  }

  private double next() {
    if (failed == Double.POSITIVE_INFINITY) {
      return Math.min(max, held * 2);
    }
    return held == 0 ? failed / 4 : Math.sqrt(held * failed);
  }

  /** Returns what was tried, in order. */
  List<Trial> trials() {
    return List.copyOf(trials);
  }

  /**
   * One rate that was tried.
   *
   * @param perSecond messages a second
   * @param p99Ms the latency that 99 of 100 did not exceed, in milliseconds
   * @param held whether the bound held
   * @param why why it did not, or empty
   */
  record Trial(double perSecond, double p99Ms, boolean held, String why) {
    /** Returns it as a sentence. */
    String line() {
      String rate = String.format(Locale.ROOT, "%,.0f/s: ", perSecond);
      String latency = String.format(Locale.ROOT, "p99 %.2f ms, ", p99Ms);
      return rate + (p99Ms > 0 ? latency : "") + (held ? "held" : why);
    }

    /** Returns it as a report. */
    Report report() {
      return new Report()
          .measure("ratePerSecond", "rate/s", perSecond, 0, "")
          .measure("p99Ms", "p99", p99Ms, 3, "ms")
          .text("held", "held", held ? "yes" : why);
    }
  }
}
