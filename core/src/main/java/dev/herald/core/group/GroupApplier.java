package dev.herald.core.group;

import dev.herald.core.bus.Bus;
import dev.herald.core.event.GroupCommand;
import dev.herald.core.event.GroupCommand.Create;
import dev.herald.core.event.GroupCommand.Outcome;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.journal.Journal;
import dev.herald.core.metric.Metrics;
import dev.herald.core.store.Store;
import dev.herald.core.store.Store.ClientMessageKey;
import dev.herald.core.store.Store.GroupHead;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes commands events: gives each its number, stores the batch in one commit, then shows it.
 *
 * <p>The number of a group's next event is read from the store once and then kept in a bounded
 * cache, which is brought forward only after a commit; a failed commit leaves numbers as they were.
 * Called by one thread at a time (the journal's).
 */
public final class GroupApplier implements Journal.Applier {
  private static final int HEADS_CACHED_MAX = 100_000;

  private final Store store;
  private final Bus bus;
  private final InstantSource clock;
  private final Metrics.Counter events;
  private final Map<GroupKey, GroupHead> heads =
      new LinkedHashMap<>(1024, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<GroupKey, GroupHead> eldest) {
          return size() > HEADS_CACHED_MAX;
        }
      };

  /**
   * Makes an applier.
   *
   * @param store keeps the events
   * @param bus shows them once they are kept
   * @param clock the time events happen at
   * @param metrics where it counts
   */
  public GroupApplier(Store store, Bus bus, InstantSource clock, Metrics metrics) {
    this.store = store;
    this.bus = bus;
    this.clock = clock;
    this.events = metrics.counter("herald_group_events_total", "Group events stored.");
  }

  @Override
  public List<Outcome> apply(List<GroupCommand> batch) {
    Work work = new Work(readHeads(batch), readRepeats(batch), clock.millis());
    List<Outcome> outcomes = new ArrayList<>(batch.size());
    for (GroupCommand command : batch) {
      outcomes.add(
          switch (command) {
            case Create create -> work.create(create);
          });
    }
    if (!work.events.isEmpty()) {
      store.append(work.events);
      heads.putAll(work.heads);
      events.add(work.events.size());
      work.events.forEach(bus::publish);
    }
    return outcomes;
  }

  private Map<GroupKey, GroupHead> readHeads(List<GroupCommand> batch) {
    Map<GroupKey, GroupHead> known = new HashMap<>();
    Set<GroupKey> unknown = new HashSet<>();
    for (GroupCommand command : batch) {
      GroupHead head = heads.get(command.key());
      if (head != null) {
        known.put(command.key(), head);
      } else {
        unknown.add(command.key());
      }
    }
    if (!unknown.isEmpty()) {
      known.putAll(store.heads(unknown));
    }
    return known;
  }

  private Map<ClientMessageKey, GroupMessage> readRepeats(List<GroupCommand> batch) {
    Set<ClientMessageKey> keys = new HashSet<>();
    for (GroupCommand command : batch) {
      if (command instanceof Create create) {
        ClientMessageKey key = clientKey(create);
        if (key != null) {
          keys.add(key);
        }
      }
    }
    return keys.isEmpty() ? new HashMap<>() : new HashMap<>(store.findByClientMessageIds(keys));
  }

  private static @Nullable ClientMessageKey clientKey(Create create) {
    return create.clientMessageId() == null
        ? null
        : new ClientMessageKey(create.key().appId(), create.userId(), create.clientMessageId());
  }

  /** One batch on its way to becoming events; nothing outside changes until it is stored. */
  private static final class Work {
    final Map<GroupKey, GroupHead> heads;
    final Map<ClientMessageKey, GroupMessage> repeats;
    final long nowMs;
    final List<GroupEvent> events = new ArrayList<>();

    Work(Map<GroupKey, GroupHead> heads, Map<ClientMessageKey, GroupMessage> repeats, long nowMs) {
      this.heads = heads;
      this.repeats = repeats;
      this.nowMs = nowMs;
    }

    Outcome create(Create command) {
      ClientMessageKey clientKey = clientKey(command);
      GroupMessage first = clientKey == null ? null : repeats.get(clientKey);
      if (first != null) {
        return new Outcome(first, true);
      }
      GroupHead head = heads.getOrDefault(command.key(), new GroupHead(0, 0));
      GroupHead next = new GroupHead(head.seq() + 1, Math.max(nowMs, head.lastTimeMs()));
      GroupMessage message =
          new GroupMessage(
              command.messageId(),
              command.key(),
              command.userId(),
              command.content(),
              next.lastTimeMs(),
              null,
              command.type(),
              next.seq());
      heads.put(command.key(), next);
      if (clientKey != null) {
        repeats.put(clientKey, message);
      }
      events.add(new GroupEvent.Created(message, command.clientMessageId()));
      return new Outcome(message, false);
    }
  }
}
