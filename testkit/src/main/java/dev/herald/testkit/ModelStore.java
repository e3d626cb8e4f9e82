package dev.herald.testkit;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupEvent.Created;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.store.Store;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The store as one would explain it: a list of events that is searched from end to end. Stores are
 * compared with it. Thread-safe.
 */
public final class ModelStore implements Store {
  private final Place place;
  private volatile boolean open;

  /** Makes a store over a place, not started. */
  public ModelStore(Place place) {
    this.place = place;
  }

  /** Where events stay when a store is closed. */
  public static final class Place {
    private final List<GroupEvent> events = new ArrayList<>();

    /** Makes an empty place. */
    public Place() {}
  }

  @Override
  public void start() {
    open = true;
  }

  @Override
  public void append(List<GroupEvent> events) {
    synchronized (place) {
      checkOpen();
      List<GroupEvent> next = new ArrayList<>(place.events);
      for (GroupEvent event : events) {
        long head = next.stream().filter(e -> e.key().equals(event.key())).count();
        require(event.seq() == head + 1, "event " + event.seq() + " after " + head);
        next.add(event);
      }
      requireUnique(next);
      place.events.clear();
      place.events.addAll(next);
    }
  }

  @Override
  public Map<GroupKey, GroupHead> heads(Collection<GroupKey> keys) {
    Map<GroupKey, GroupHead> heads = new HashMap<>();
    for (Created event : created()) {
      if (keys.contains(event.key())) {
        heads.put(event.key(), new GroupHead(event.seq(), event.message().createTimeMs()));
      }
    }
    return heads;
  }

  @Override
  public Map<ClientMessageKey, GroupMessage> findByClientMessageIds(
      Collection<ClientMessageKey> keys) {
    Map<ClientMessageKey, GroupMessage> found = new HashMap<>();
    for (Created event : created()) {
      ClientMessageKey key = clientKey(event);
      if (event.clientMessageId() != null && keys.contains(key)) {
        found.put(key, event.message());
      }
    }
    return found;
  }

  @Override
  public MessagePage findByGroup(GroupKey key, TimeRange range, Page page) {
    List<GroupMessage> matching =
        created().stream()
            .map(Created::message)
            .filter(m -> m.key().equals(key))
            .filter(m -> m.createTimeMs() >= range.startMs() && m.createTimeMs() < range.endMs())
            .toList();
    return new MessagePage(
        matching.size(),
        page.number() > matching.size()
            ? List.of()
            : matching.stream().skip(page.number() * page.size()).limit(page.size()).toList());
  }

  @Override
  public List<GroupEvent> eventsAfter(GroupKey key, long afterSeq, int limit) {
    return created().stream()
        .filter(event -> event.key().equals(key) && event.seq() > afterSeq)
        .limit(limit)
        .map(event -> (GroupEvent) event)
        .toList();
  }

  @Override
  public long greatestMessageId() {
    return created().stream().mapToLong(event -> event.message().messageId()).max().orElse(0);
  }

  @Override
  public boolean check() {
    return open;
  }

  @Override
  public void close() {
    open = false;
  }

  private List<Created> created() {
    synchronized (place) {
      checkOpen();
      return place.events.stream()
          .map(event ->
              switch (event) {
                case Created created -> created;
              })
          .toList();
    }
  }

  private void checkOpen() {
    require(open, "closed");
  }

  private static void requireUnique(List<GroupEvent> events) {
    Set<Object> seen = new HashSet<>();
    for (GroupEvent event : events) {
      switch (event) {
        case Created created -> {
          require(seen.add(created.message().messageId()), "message id twice");
          require(
              created.clientMessageId() == null || seen.add(clientKey(created)),
              "client message id twice");
        }
      }
    }
  }

  private static ClientMessageKey clientKey(Created event) {
    return new ClientMessageKey(
        event.key().appId(),
        event.message().userId(),
        event.clientMessageId() == null ? "" : event.clientMessageId());
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new HeraldException(ErrorCode.STORE_UNAVAILABLE, otherwise);
    }
  }
}
