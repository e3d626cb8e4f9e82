package dev.herald.core.group;

import dev.herald.core.bus.Bus;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupChange;
import dev.herald.core.event.GroupCommand;
import dev.herald.core.event.GroupCommand.Create;
import dev.herald.core.event.GroupCommand.DeleteNotice;
import dev.herald.core.event.GroupCommand.MarkRead;
import dev.herald.core.event.GroupCommand.Prune;
import dev.herald.core.event.GroupCommand.PublishNotice;
import dev.herald.core.event.GroupCommand.RecallMessage;
import dev.herald.core.event.GroupCommand.Refusal;
import dev.herald.core.event.GroupCommand.Result;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.event.GroupNotice;
import dev.herald.core.journal.Journal;
import dev.herald.core.metric.Metrics;
import dev.herald.core.store.History.GroupHead;
import dev.herald.core.store.Store;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes commands events: decides on each, gives its event the next number of the group, stores the
 * batch in one commit, then shows it.
 *
 * <p>What the decisions of a batch need is read before: retries, the messages and notices to be
 * withdrawn, and where their groups stand. A command may rest on one before it in the same batch. A
 * command that is refused has no event and changes nothing for the others.
 *
 * <p>Where groups stand is read from the store once and then kept in a bounded cache, as is the
 * time of the latest event, before which nothing may happen. Both are brought forward only by a
 * commit; a commit that fails forgets them, since another writer may have been faster. Called by
 * one thread at a time (the journal's).
 */
public final class GroupApplier implements Journal.Applier {
  private static final int HEADS_CACHED_MAX = 100_000;

  private final Store store;
  private final Bus bus;
  private final InstantSource clock;
  private final GroupSettings settings;
  private final Metrics.Counter events;
  private final Map<GroupKey, GroupHead> heads =
      new LinkedHashMap<>(1024, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<GroupKey, GroupHead> eldest) {
          return size() > HEADS_CACHED_MAX;
        }
      };

  /** The time of the latest event, once it is known. */
  private boolean latestKnown;

  private long latestMs;

  /**
   * Makes an applier.
   *
   * @param store keeps the events
   * @param bus shows them once they are kept
   * @param clock the time events happen at
   * @param settings how long a message may be recalled
   * @param metrics where it counts
   */
  public GroupApplier(
      Store store, Bus bus, InstantSource clock, GroupSettings settings, Metrics metrics) {
    this.store = store;
    this.bus = bus;
    this.clock = clock;
    this.settings = settings;
    this.events = metrics.counter("herald_group_events_total", "Group events stored.");
  }

  @Override
  public List<Result> apply(List<GroupCommand> batch) {
    GroupWork work = read(batch);
    List<Result> results = new ArrayList<>(batch.size());
    for (GroupCommand command : batch) {
      try {
        results.add(
            switch (command) {
              case Create create -> work.create(create);
              case RecallMessage recall -> work.recall(recall, settings.recallMax());
              case PublishNotice publish -> work.publish(publish);
              case DeleteNotice delete -> work.delete(delete);
              case MarkRead read -> work.markRead(read);
              case Prune prune -> work.prune(prune);
            });
      } catch (HeraldException refusal) {
        results.add(new Refusal(refusal));
      }
    }
    keep(work);
    return results;
  }

  /** Stores what a batch came to, then shows it. */
  private void keep(GroupWork work) {
    List<GroupChange> changes = work.changes();
    if (changes.isEmpty()) {
      return;
    }
    try {
      store.append(changes);
    } catch (RuntimeException failure) {
      heads.keySet().removeAll(work.heads().keySet());
      latestKnown = false;
      throw failure;
    }
    heads.putAll(work.heads());
    latestMs = work.nowMs();
    for (GroupChange change : changes) {
      if (change instanceof GroupEvent event) {
        events.increment();
        bus.publish(event);
      }
    }
  }

  /** Reads what the decisions of a batch need. */
  private GroupWork read(List<GroupCommand> batch) {
    Wanted wanted = new Wanted();
    batch.forEach(wanted::add);
    Map<Long, GroupMessage> messages =
        wanted.messages.isEmpty() ? Map.of() : store.messages(wanted.messages);
    Map<Long, GroupNotice> notices =
        wanted.notices.isEmpty() ? Map.of() : store.notices(wanted.notices);
    messages.values().forEach(message -> wanted.groups.add(message.key()));
    notices.values().forEach(notice -> wanted.groups.add(notice.key()));
    GroupWork work = new GroupWork(headsOf(wanted.groups), nowMs());
    work.know(messages, notices);
    work.knowRetries(
        wanted.clientMessages.isEmpty()
            ? Map.of()
            : store.messagesByClientId(wanted.clientMessages),
        wanted.clientNotices.isEmpty() ? Map.of() : store.noticesByClientId(wanted.clientNotices));
    return work;
  }

  /** The clock's time, but never before the latest event. */
  private long nowMs() {
    if (!latestKnown) {
      latestMs = store.latestTimeMs();
      latestKnown = true;
    }
    return Math.max(clock.millis(), latestMs);
  }

  private Map<GroupKey, GroupHead> headsOf(Set<GroupKey> groups) {
    Map<GroupKey, GroupHead> known = new HashMap<>();
    Set<GroupKey> unknown = new HashSet<>();
    for (GroupKey key : groups) {
      GroupHead head = heads.get(key);
      if (head != null) {
        known.put(key, head);
      } else {
        unknown.add(key);
      }
    }
    if (!unknown.isEmpty()) {
      known.putAll(store.heads(unknown));
    }
    return known;
  }

  /** What a batch names. */
  private static final class Wanted {
    final Set<GroupKey> groups = new HashSet<>();
    final Set<Store.ClientMessageKey> clientMessages = new HashSet<>();
    final Set<Store.ClientMessageKey> clientNotices = new HashSet<>();
    final Set<Long> messages = new HashSet<>();
    final Set<Long> notices = new HashSet<>();

    void add(GroupCommand command) {
      switch (command) {
        case Create create -> {
          groups.add(create.key());
          GroupWork.clientKey(create).ifPresent(clientMessages::add);
        }
        case RecallMessage recall -> messages.add(recall.target().id());
        case PublishNotice publish -> {
          groups.add(publish.key());
          GroupWork.clientKey(publish).ifPresent(clientNotices::add);
        }
        case MarkRead read -> groups.add(read.key());
        case DeleteNotice delete -> notices.add(delete.target().id());
        case Prune _ -> {}
      }
    }
  }
}
