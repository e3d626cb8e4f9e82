package dev.herald.it.crash;

import static org.awaitility.Awaitility.await;

import dev.herald.it.harness.GroupApi;
import dev.herald.it.harness.HeraldProcess;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Kills a server under load again and again, and checks what it promised.
 *
 * <p>Clients send by every way there is, feeds read along by every way there is, and the server is
 * killed after a random number of acknowledgements; sometimes once more while it starts. After the
 * last kill, history, feeds and what clients were told are compared. The random choices are those
 * of a seed; which of them meet is up to the machine.
 */
final class CrashRun {
  static final int CLIENTS = 32;

  private static final Logger LOG = System.getLogger(CrashRun.class.getName());
  private static final int ACKNOWLEDGED_MAX = 1200;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration STARTING_MAX = Duration.ofMillis(1500);

  private final int kills;
  private final long seed;
  private final Ledger ledger = new Ledger();
  private final List<Client> clients = new ArrayList<>();
  private final List<Feed> feeds = new ArrayList<>();
  private int killsWhileStarting;
  private long events;

  /**
   * Where it takes place.
   *
   * @param lives the server's
   * @param ledger what clients are told
   * @param app whose groups
   * @param groups their ids
   */
  record Place(Lives lives, Ledger ledger, String app, List<String> groups) {
    Place withGroup(String group) {
      return new Place(lives, ledger, app, List.of(group));
    }
  }

  CrashRun(int kills, long seed) {
    this.kills = kills;
    this.seed = seed;
  }

  /**
   * Runs.
   *
   * @param data where the server keeps its data
   * @return what is not as it must be, empty if nothing
   */
  Faults run(Path data) {
    SplittableRandom random = new SplittableRandom(seed);
    // a small log, so that it is written back and begun anew under the kills
    try (var server =
        HeraldProcess.start(data, "store.checkpointBytes=1MiB", "groups.recallMax=1h")) {
      Place place = new Place(new Lives(server), ledger, "a", List.of("g0", "g1", "g2", "g3"));
      List<Thread> readers = startFeeds(place);
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(new Client(place, i, random.split()));
      }
      List<Thread> senders = clients.stream().map(Thread.ofVirtual()::start).toList();
      for (int kill = 1; kill <= kills; kill++) {
        killAndRestart(place.lives(), random, kill);
      }
      awaitMore(random);
      ledger.finish();
      join(senders, "clients");
      place.lives().kill();
      place.lives().restart();
      check(place);
      place.lives().end();
      server.stop();
      join(readers, "feeds");
    }
    return ledger.faults;
  }

  private List<Thread> startFeeds(Place place) {
    feeds.add(new GatewayFeed("gateway-1", place));
    feeds.add(new GatewayFeed("gateway-2", place));
    feeds.add(new MqttFeed("mqtt", false, place));
    feeds.add(new MqttFeed("mqtt-session", true, place));
    place.groups().forEach(group -> feeds.add(new PollFeed(group, place)));
    List<Thread> threads = feeds.stream().map(Thread.ofVirtual()::start).toList();
    // the kept session is on disk before anything happens, so that it is there in every life
    await().atMost(PATIENCE).until(() -> feeds.stream().allMatch(Feed::isReady));
    await()
        .atMost(PATIENCE)
        .until(() ->
            place.lives().server().metric("herald_relay_saved_total{kind=\"session\"}") >= 1
                && place.lives().server().metric("herald_relay_backlog_bytes") == 0);
    return threads;
  }

  private void killAndRestart(Lives lives, SplittableRandom random, int kill) {
    awaitMore(random);
    lives.kill();
    if (random.nextInt(6) == 0) {
      killsWhileStarting++;
      lives.killWhileStarting(Duration.ofMillis(random.nextLong(STARTING_MAX.toMillis())));
    }
    lives.restart();
    LOG.log(
        Level.INFO,
        "kill "
            + kill
            + " of "
            + kills
            + ": "
            + ledger.keptCount()
            + " creates acknowledged, "
            + ledger.faults.count()
            + " faults");
  }

  private void awaitMore(SplittableRandom random) {
    ledger.awaitKept(ledger.keptCount() + 1 + random.nextInt(ACKNOWLEDGED_MAX), PATIENCE);
  }

  private void check(Place place) {
    List<Sent> all = clients.stream().flatMap(client -> client.sent().stream()).toList();
    try (var api = new GroupApi(place.lives().server(), place.app())) {
      History history = new History(api, place.app(), place.groups(), ledger.faults);
      history.compare(all);
      events = history.events();
      awaitFeeds(history);
      feeds.forEach(feed -> feed.compare(history.trails()));
    }
  }

  /** Waits until all have seen all; what one has not seen when time is up, it misses. */
  private void awaitFeeds(History history) {
    try {
      await()
          .atMost(PATIENCE)
          .until(() ->
              ledger.faults.count() > 0
                  || feeds.stream().allMatch(feed -> feed.hasSeen(history.trails())));
    } catch (ConditionTimeoutException e) {
      ledger.faults.add("feeds do not come to the end of history", String.valueOf(e.getMessage()));
    }
  }

  private static void join(List<Thread> threads, String what) {
    for (Thread thread : threads) {
      try {
        if (!thread.join(PATIENCE)) {
          throw new AssertionError(what + " do not end");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted", e);
      }
    }
  }

  /** Returns what was done and found, in lines. */
  String summary() {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "seed %d: %d clients; %d kills under load, %d while starting, 1 at the end",
            seed,
            CLIENTS,
            kills,
            killsWhileStarting));
    lines.add(
        String.format(
            Locale.ROOT,
            "creates: %d sent, %d acknowledged; sent again: %d after a crash, %d acknowledged"
                + " before",
            ledger.sent.sum(),
            ledger.keptCount(),
            ledger.retried.sum(),
            ledger.repeated.sum()));
    lines.add("recalls: " + ledger.recalled.sum() + " acknowledged");
    lines.add("history: " + events + " events");
    feeds.forEach(feed -> lines.add("feed " + feed.summary()));
    lines.add("faults: " + ledger.faults.count());
    ledger.faults.lines().forEach(fault -> lines.add("  " + fault));
    return String.join("\n", lines);
  }
}
