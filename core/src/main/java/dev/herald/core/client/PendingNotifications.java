package dev.herald.core.client;

import dev.herald.core.client.NotificationCounters.Limit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The notifications of an app that wait for clients to come, in memory, bounded in count and bytes,
 * and found by what a client registers: each is filed under the names of one condition of each of
 * its targets, so that a client looks at those only that may be for it. Thread-safe.
 */
final class PendingNotifications {
  /** About what a notification takes beside its message. */
  private static final int OVERHEAD_BYTES = 256;

  /** About what a name takes in a target and in the file. */
  private static final int NAME_BYTES = 160;

  private static final String EVERYBODY = "*";

  private final NotificationSettings settings;
  private final NotificationCounters counters;
  private final Map<String, Set<Pending>> file = new HashMap<>();
  private final TreeSet<Pending> byEnd =
      new TreeSet<>(
          Comparator.<Pending>comparingLong(pending -> pending.notification.untilMs())
              .thenComparingLong(pending -> pending.notification.id()));
  private long bytes;
  private volatile int count;

  PendingNotifications(NotificationSettings settings, NotificationCounters counters) {
    this.settings = settings;
    this.counters = counters;
  }

  /** Returns how many wait. */
  int size() {
    return count;
  }

  /** Returns how many bytes those take that wait. */
  synchronized long bytes() {
    return bytes;
  }

  /** Has a notification wait; returns null, and counts the limit, if there is no room for it. */
  synchronized @Nullable Pending add(Notification notification, long nowMs) {
    removeExpired(nowMs);
    Pending pending = new Pending(notification);
    if (byEnd.size() >= settings.pendingMax()) {
      counters.met(Limit.PENDING);
      return null;
    }
    if (bytes + pending.bytes > settings.pendingBytesMax()) {
      counters.met(Limit.PENDING_BYTES);
      return null;
    }
    byEnd.add(pending);
    for (String name : namesOf(notification)) {
      file.computeIfAbsent(name, key -> new HashSet<>(4)).add(pending);
    }
    bytes += pending.bytes;
    count = byEnd.size();
    return pending;
  }

  /**
   * Returns those that are for a client that registered this, the first one first.
   *
   * @param fromId the least number that counts
   */
  List<Pending> of(Registration client, long fromId, long nowMs) {
    return count == 0 ? List.of() : found(client, fromId, nowMs);
  }

  private synchronized List<Pending> found(Registration client, long fromId, long nowMs) {
    removeExpired(nowMs);
    Set<String> names = new HashSet<>();
    names.add(EVERYBODY);
    names.add(userName(client.userId()));
    if (client.device() != null) {
      names.add(deviceName(client.device()));
    }
    client.tags().forEach(tag -> names.add(tagName(tag)));
    Set<Pending> found = new HashSet<>();
    for (String name : names) {
      for (Pending pending : file.getOrDefault(name, Set.of())) {
        if (pending.notification.id() >= fromId && pending.notification.matches(client)) {
          found.add(pending);
        }
      }
    }
    List<Pending> inOrder = new ArrayList<>(found);
    inOrder.sort(Comparator.comparingLong(pending -> pending.notification.id()));
    return inOrder;
  }

  /**
   * Notes that a client gets a notification; returns false if it had it before. One whose notes
   * find no room waits no longer.
   */
  boolean isFirstFor(Pending pending, String clientId) {
    long grown;
    synchronized (pending) {
      long before = pending.marks.bytes();
      if (!pending.marks.add(clientId)) {
        return false;
      }
      grown = pending.marks.bytes() - before;
    }
    if (grown > 0) {
      grow(pending, grown);
    }
    return true;
  }

  private synchronized void grow(Pending pending, long by) {
    if (!byEnd.contains(pending)) {
      return;
    }
    bytes += by;
    pending.bytes += by;
    if (bytes > settings.pendingBytesMax()) {
      counters.met(Limit.PENDING_BYTES);
      remove(pending);
    }
  }

  /** Forgets those whose time has passed. */
  synchronized void removeExpired(long nowMs) {
    while (!byEnd.isEmpty() && byEnd.first().notification.untilMs() <= nowMs) {
      remove(byEnd.first());
    }
  }

  private void remove(Pending pending) {
    byEnd.remove(pending);
    for (String name : namesOf(pending.notification)) {
      Set<Pending> filed = file.get(name);
      if (filed != null && filed.remove(pending) && filed.isEmpty()) {
        file.remove(name);
      }
    }
    bytes -= pending.bytes;
    count = byEnd.size();
  }

  /** The names one of which a client must have to be matched. */
  private static Set<String> namesOf(Notification notification) {
    Set<String> names = new HashSet<>();
    for (Target target : notification.targets()) {
      if (!target.users().isEmpty()) {
        target.users().forEach(user -> names.add(userName(user)));
      } else if (!target.devices().isEmpty()) {
        target.devices().forEach(device -> names.add(deviceName(device)));
      } else if (!target.allTags().isEmpty()) {
        names.add(tagName(target.allTags().iterator().next()));
      } else if (!target.anyTags().isEmpty()) {
        target.anyTags().forEach(tag -> names.add(tagName(tag)));
      } else {
        names.add(EVERYBODY);
      }
    }
    return names;
  }

  private static String userName(String userId) {
    return "u" + userId;
  }

  private static String deviceName(String device) {
    return "d" + device;
  }

  private static String tagName(String tag) {
    return "t" + tag;
  }

  /** A notification that waits, and who had it. */
  static final class Pending {
    final Notification notification;

    /** Guarded by this object's monitor. */
    private final ClientMarks marks = new ClientMarks();

    /** What it takes; guarded by the monitor of the file. */
    private long bytes;

    private Pending(Notification notification) {
      this.notification = notification;
      long names = notification.targets().stream().mapToLong(Target::names).sum();
      this.bytes =
          OVERHEAD_BYTES + notification.message().weight() + NAME_BYTES * names + marks.bytes();
    }
  }
}
