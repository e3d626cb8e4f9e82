package dev.herald.testkit;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupChange;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupEvent.Created;
import dev.herald.core.event.GroupEvent.NoticeDeleted;
import dev.herald.core.event.GroupEvent.NoticePublished;
import dev.herald.core.event.GroupEvent.Recalled;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.event.GroupNotice;
import dev.herald.core.store.Store;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

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
    /** What happened, with every message and notice as it is now. */
    private final List<GroupEvent> events = new ArrayList<>();

    /** Makes an empty place. */
    public Place() {}
  }

  @Override
  public void start() {
    open = true;
  }

  @Override
  public void append(List<? extends GroupChange> changes) {
    synchronized (place) {
      checkOpen();
      List<GroupEvent> next = new ArrayList<>(place.events);
      for (GroupChange change : changes) {
        switch (change) {
          case GroupEvent event -> add(event, next);
        }
      }
      requireUnique(next);
      place.events.clear();
      place.events.addAll(next);
    }
  }

  private static void add(GroupEvent event, List<GroupEvent> events) {
    long head = events.stream().filter(e -> e.key().equals(event.key())).count();
    require(event.seq() == head + 1, "event " + event.seq() + " after " + head);
    require(events.stream().allMatch(e -> e.timeMs() <= event.timeMs()), "the time goes back");
    switch (event) {
      case Created _, NoticePublished _ -> {}
      case Recalled recalled ->
          events.set(indexOfCreation(recalled, events), withdrawn(recalled, events));
      case NoticeDeleted deleted ->
          events.set(indexOfPublication(deleted, events), withdrawn(deleted, events));
    }
    events.add(event);
  }

  private static int indexOfCreation(Recalled recalled, List<GroupEvent> events) {
    for (int i = 0; i < events.size(); i++) {
      if (events.get(i) instanceof Created created
          && created.key().equals(recalled.key())
          && created.message().messageId() == recalled.message().messageId()
          && created.message().recall() == null) {
        return i;
      }
    }
    throw unavailable("no message to recall");
  }

  private static int indexOfPublication(NoticeDeleted deleted, List<GroupEvent> events) {
    for (int i = 0; i < events.size(); i++) {
      if (events.get(i) instanceof NoticePublished published
          && published.key().equals(deleted.key())
          && published.notice().noticeId() == deleted.notice().noticeId()
          && published.notice().deletion() == null) {
        return i;
      }
    }
    throw unavailable("no notice to delete");
  }

  private static GroupEvent withdrawn(Recalled recalled, List<GroupEvent> events) {
    Created created = (Created) events.get(indexOfCreation(recalled, events));
    return new Created(created.message().recalled(recalled.tombstone()), created.clientMessageId());
  }

  private static GroupEvent withdrawn(NoticeDeleted deleted, List<GroupEvent> events) {
    NoticePublished published = (NoticePublished) events.get(indexOfPublication(deleted, events));
    return new NoticePublished(
        published.notice().deleted(deleted.tombstone()), published.clientMessageId());
  }

  @Override
  public Map<GroupKey, GroupHead> heads(Collection<GroupKey> keys) {
    Map<GroupKey, GroupHead> heads = new HashMap<>();
    for (GroupEvent event : events()) {
      if (keys.contains(event.key())) {
        heads.put(event.key(), new GroupHead(event.seq(), event.timeMs()));
      }
    }
    return heads;
  }

  @Override
  public Map<ClientMessageKey, GroupMessage> messagesByClientId(Collection<ClientMessageKey> keys) {
    Map<ClientMessageKey, GroupMessage> found = new HashMap<>();
    for (GroupEvent event : events()) {
      if (event instanceof Created created && created.clientMessageId() != null) {
        ClientMessageKey key =
            clientKey(event, created.message().userId(), created.clientMessageId());
        if (keys.contains(key)) {
          found.put(key, created.message());
        }
      }
    }
    return found;
  }

  @Override
  public Map<ClientMessageKey, GroupNotice> noticesByClientId(Collection<ClientMessageKey> keys) {
    Map<ClientMessageKey, GroupNotice> found = new HashMap<>();
    for (GroupEvent event : events()) {
      if (event instanceof NoticePublished published && published.clientMessageId() != null) {
        ClientMessageKey key =
            clientKey(event, published.notice().userId(), published.clientMessageId());
        if (keys.contains(key)) {
          found.put(key, published.notice());
        }
      }
    }
    return found;
  }

  @Override
  public Map<Long, GroupMessage> messages(Collection<Long> messageIds) {
    Map<Long, GroupMessage> found = new HashMap<>();
    allMessages()
        .filter(message -> messageIds.contains(message.messageId()))
        .forEach(message -> found.put(message.messageId(), message));
    return found;
  }

  @Override
  public Map<Long, GroupNotice> notices(Collection<Long> noticeIds) {
    Map<Long, GroupNotice> found = new HashMap<>();
    allNotices()
        .filter(notice -> noticeIds.contains(notice.noticeId()))
        .forEach(notice -> found.put(notice.noticeId(), notice));
    return found;
  }

  @Override
  public MessagePage findByGroup(GroupKey key, TimeRange range, Page page) {
    List<GroupMessage> matching =
        allMessages()
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
    return events().stream()
        .filter(event -> event.key().equals(key) && event.seq() > afterSeq)
        .limit(limit)
        .toList();
  }

  @Override
  public long greatestId() {
    return Stream.concat(
            allMessages().map(GroupMessage::messageId), allNotices().map(GroupNotice::noticeId))
        .mapToLong(id -> id)
        .max()
        .orElse(0);
  }

  @Override
  public long latestTimeMs() {
    List<GroupEvent> events = events();
    return events.isEmpty() ? Long.MIN_VALUE : events.getLast().timeMs();
  }

  @Override
  public boolean check() {
    return open;
  }

  @Override
  public void close() {
    open = false;
  }

  private Stream<GroupMessage> allMessages() {
    return events().stream()
        .filter(Created.class::isInstance)
        .map(event -> ((Created) event).message());
  }

  private Stream<GroupNotice> allNotices() {
    return events().stream()
        .filter(NoticePublished.class::isInstance)
        .map(event -> ((NoticePublished) event).notice());
  }

  private List<GroupEvent> events() {
    synchronized (place) {
      checkOpen();
      return List.copyOf(place.events);
    }
  }

  private void checkOpen() {
    require(open, "closed");
  }

  private static void requireUnique(List<GroupEvent> events) {
    Set<Object> messages = new HashSet<>();
    Set<Object> notices = new HashSet<>();
    for (GroupEvent event : events) {
      switch (event) {
        case Created created -> {
          require(messages.add(created.message().messageId()), "message id twice");
          String clientId = created.clientMessageId();
          require(
              clientId == null
                  || messages.add(clientKey(event, created.message().userId(), clientId)),
              "client message id twice");
        }
        case NoticePublished published -> {
          require(notices.add(published.notice().noticeId()), "notice id twice");
          String clientId = published.clientMessageId();
          require(
              clientId == null
                  || notices.add(clientKey(event, published.notice().userId(), clientId)),
              "client notice id twice");
        }
        case Recalled _, NoticeDeleted _ -> {}
      }
    }
  }

  private static ClientMessageKey clientKey(
      GroupEvent event, String userId, String clientMessageId) {
    return new ClientMessageKey(event.key().appId(), userId, clientMessageId);
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw unavailable(otherwise);
    }
  }

  private static HeraldException unavailable(String why) {
    return new HeraldException(ErrorCode.STORE_UNAVAILABLE, why);
  }
}
