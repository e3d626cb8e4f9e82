package dev.herald.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Killed as by {@code kill -9} at any moment, Herald has every group message it acknowledged,
 * exactly once, and no feed misses, repeats or invents one.
 *
 * <p>A few kills by default; {@code -Dherald.crash.kills=50} and {@code -Dherald.crash.seed=...}
 * ask for more, or for the choices of an earlier run.
 */
class NothingLostIT {
  private static final int KILLS = 4;

  @TempDir Path data;

  @Test
  void killedUnderLoad_losesAndRepeatsNothing() {
    long seed = Long.getLong("herald.crash.seed", new SplittableRandom().nextInt(1 << 30));
    CrashRun run = new CrashRun(Integer.getInteger("herald.crash.kills", KILLS), seed);
    Faults faults = run.run(data);
    Logger log = System.getLogger(NothingLostIT.class.getName());
    run.summary().lines().forEach(line -> log.log(Level.INFO, line));

    assertThat(faults.count()).as(run.summary()).isZero();
  }
}
