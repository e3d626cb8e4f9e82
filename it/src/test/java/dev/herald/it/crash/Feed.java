package dev.herald.it.crash;

import dev.herald.it.crash.Trail.Event;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Somebody who reads along, through every life of the server: after each crash it goes on after the
 * last event it saw, and must see every event once, in order.
 */
abstract class Feed implements Runnable {
  final Lives lives;
  final List<String> groups;
  final String app;
  private final String name;
  private final Faults faults;
  private final Map<String, Trail> trails = new TreeMap<>();
  private long repeats;
  private int resumes;
  private volatile boolean ready;

  Feed(String name, CrashRun.Place place) {
    this.name = name;
    this.lives = place.lives();
    this.groups = place.groups();
    this.app = place.app();
    this.faults = place.ledger().faults;
    groups.forEach(group -> trails.put(group, new Trail()));
  }

  /** Reads in one life of the server, until its connection ends. */
  abstract void read() throws Broken, InterruptedException;

  /** Says that it is connected for the first time, and will see what happens from now on. */
  final void ready() {
    ready = true;
  }

  /** Returns whether it was connected. */
  final boolean isReady() {
    return ready;
  }

  /** Whether what was seen may come again after a crash, as it may for an MQTT session. */
  boolean mayRepeat() {
    return false;
  }

  @Override
  public final void run() {
    int life = lives.awaitAfter(0);
    while (life != 0) {
      try {
        read();
      } catch (Broken broken) {
        if (!lives.wasEnded(life)) {
          faults.add(
              "a feed ended though the server lived",
              name + " in life " + life + ": " + broken + " " + broken.getCause());
        }
      } catch (InterruptedException e) {
        return;
      }
      life = lives.awaitAfter(life);
      resumes++;
    }
  }

  /** Notes an event that was shown. */
  final synchronized void see(String group, long seq, Event event) {
    Trail trail = trails.get(group);
    if (trail == null) {
      faults.add("a feed saw an event of another group", name + " of " + group);
    } else if (seq == trail.last() + 1) {
      trail.add(event);
    } else if (seq > trail.last()) {
      faults.add("a feed has a gap", name + ": " + group + " " + seq + " after " + trail.last());
    } else {
      repeats++;
      if (!mayRepeat()) {
        faults.add("a feed saw an event again", name + ": " + group + " " + seq);
      } else if (!event.isSameAs(trail.get(seq)) && !trail.get(seq).isSameAs(event)) {
        faults.add(
            "a feed saw another event under a number it knew",
            name + ": " + group + " " + seq + " " + event + " after " + trail.get(seq));
      }
    }
  }

  /** Returns the number of the last event of a group that it saw. */
  final synchronized long last(String group) {
    Trail trail = trails.get(group);
    return trail == null ? 0 : trail.last();
  }

  /** Returns whether it has seen all there is. */
  final synchronized boolean hasSeen(Map<String, Trail> history) {
    return trails.entrySet().stream()
        .allMatch(seen -> seen.getValue().last() >= of(history, seen.getKey()).last());
  }

  /** Compares what it saw with what is kept. */
  final synchronized void compare(Map<String, Trail> history) {
    trails.forEach((group, seen) -> {
      Trail kept = of(history, group);
      for (long seq = 1; seq <= seen.last(); seq++) {
        if (seq > kept.last()) {
          faults.add(
              "a feed saw what history lacks",
              name + ": " + group + " " + seq + " " + seen.get(seq));
        } else if (!seen.get(seq).isSameAs(kept.get(seq))) {
          faults.add(
              "a feed saw another event than history has",
              name + ": " + group + " " + seq + " " + seen.get(seq) + ", kept " + kept.get(seq));
        }
      }
      if (seen.last() < kept.last()) {
        faults.add(
            "a feed did not see all",
            name + ": " + group + " to " + seen.last() + " of " + kept.last());
      }
    });
  }

  private static Trail of(Map<String, Trail> history, String group) {
    return history.getOrDefault(group, new Trail());
  }

  /** Returns a line of what it did. */
  final synchronized String summary() {
    long events = trails.values().stream().mapToLong(Trail::last).sum();
    return name
        + ": "
        + events
        + " events, resumed "
        + resumes
        + " times"
        + (mayRepeat() ? ", " + repeats + " events sent again" : "");
  }
}
