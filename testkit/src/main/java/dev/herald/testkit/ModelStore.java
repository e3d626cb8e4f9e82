package dev.herald.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupChange;
import dev.herald.core.event.GroupChange.Membership;
import dev.herald.core.event.GroupChange.Pruned;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupEvent.Created;
import dev.herald.core.event.GroupEvent.NoticeDeleted;
import dev.herald.core.event.GroupEvent.NoticePublished;
import dev.herald.core.event.GroupEvent.Recalled;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.event.GroupNotice;
import dev.herald.core.store.Scope;
import dev.herald.core.store.Store;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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

    /** How far members have read; of those alone who were added or have read. */
    private final Map<Member, Long> read = new HashMap<>();

    /** Up to which event of each group history is hidden. */
    private final Map<GroupKey, Long> pruned = new HashMap<>();

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
      Map<Member, Long> read = new HashMap<>(place.read);
      Map<GroupKey, Long> pruned = new HashMap<>(place.pruned);
      for (GroupChange change : changes) {
        switch (change) {
          case GroupEvent event -> add(event, next, pruned);
          case Pruned removed -> {
            requireUnique(left(next, pruned));
            long last = Math.min(removed.upToSeq(), head(removed.key(), next));
            pruned.merge(removed.key(), Math.max(0, last), Math::max);
          }
          case Membership member ->
              read.merge(new Member(member.key(), member.userId()), member.readSeq(), Math::max);
        }
      }
      requireUnique(left(next, pruned));
      place.events.clear();
      place.events.addAll(next);
      place.read.putAll(read);
      place.pruned.putAll(pruned);
    }
  }

  private static long head(GroupKey key, List<GroupEvent> events) {
    return events.stream().filter(event -> event.key().equals(key)).count();
  }

  private static boolean isPruned(GroupEvent event, Map<GroupKey, Long> pruned) {
    return event.seq() <= pruned.getOrDefault(event.key(), 0L);
  }

  /** What is not hidden, and the publications of notices that are not. */
  private static List<GroupEvent> left(List<GroupEvent> all, Map<GroupKey, Long> pruned) {
    Set<Long> gone = new HashSet<>();
    for (GroupEvent event : all) {
      if (event instanceof NoticeDeleted deleted && isPruned(event, pruned)) {
        gone.add(deleted.notice().noticeId());
      }
    }
    return all.stream()
        .filter(event ->
            event instanceof NoticePublished published
                ? !gone.contains(published.notice().noticeId())
                : !isPruned(event, pruned))
        .toList();
  }

  private static void add(GroupEvent event, List<GroupEvent> events, Map<GroupKey, Long> pruned) {
    long head = head(event.key(), events);
    require(event.seq() == head + 1, "event " + event.seq() + " after " + head);
    require(events.stream().allMatch(e -> e.timeMs() <= event.timeMs()), "the time goes back");
    switch (event) {
      case Created _, NoticePublished _ -> {}
      case Recalled recalled -> {
        int index = indexOfCreation(recalled, events);
        require(!isPruned(events.get(index), pruned), "the message was pruned");
        events.set(index, withdrawn(recalled, events));
      }
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
    for (GroupEvent event : everything()) {
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
    for (GroupEvent event : left()) {
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
  public Listing<GroupMessage> messages(Scope scope, TimeRange range, Page page) {
    return page(
        messagesOf(scope).stream().filter(m -> isIn(range, m.createTimeMs())).toList(), page);
  }

  @Override
  public Listing<GroupNotice> notices(Scope scope, TimeRange range, Page page) {
    return page(
        noticesOf(scope).reversed().stream().filter(n -> isIn(range, n.createTimeMs())).toList(),
        page);
  }

  @Override
  public List<GroupMessage> messagesAfter(Scope scope, @Nullable Cursor cursor, int limit) {
    List<GroupMessage> all = messagesOf(scope);
    int begin = cursor == null ? 0 : split(cursors(all), cursor).after;
    return all.stream().skip(begin).limit(limit).toList();
  }

  @Override
  public List<GroupMessage> messagesBefore(Scope scope, @Nullable Cursor cursor, int limit) {
    List<GroupMessage> all = messagesOf(scope);
    int end = cursor == null ? all.size() : split(cursors(all), cursor).before;
    return lastOf(all.subList(0, end), limit);
  }

  @Override
  public List<GroupNotice> noticesBefore(Scope scope, @Nullable Cursor cursor, int limit) {
    List<GroupNotice> all = noticesOf(scope);
    List<Cursor> cursors =
        all.stream().map(notice -> new Cursor(notice.createTimeMs(), notice.noticeId())).toList();
    int end = cursor == null ? all.size() : split(cursors, cursor).before;
    return lastOf(all.subList(0, end), limit).reversed();
  }

  private static List<Cursor> cursors(List<GroupMessage> messages) {
    return messages.stream()
        .map(message -> new Cursor(message.createTimeMs(), message.messageId()))
        .toList();
  }

  @Override
  public List<GroupEvent> eventsAfter(GroupKey key, long afterSeq, int limit) {
    return events().stream()
        .filter(event -> event.key().equals(key) && event.seq() > afterSeq)
        .limit(limit)
        .toList();
  }

  @Override
  public List<GroupEvent> eventsBefore(GroupKey key, long beforeSeq, int limit) {
    return lastOf(
        events().stream()
            .filter(event -> event.key().equals(key) && event.seq() < beforeSeq)
            .toList(),
        limit);
  }

  @Override
  public List<UserGroup> groups(String appId, String userId) {
    return keys().stream()
        .filter(key -> key.appId().equals(appId))
        .flatMap(key -> Stream.ofNullable(group(key, userId)))
        .sorted(
            Comparator.comparingLong(UserGroup::updateTimeMs)
                .reversed()
                .thenComparing(group -> group.key().groupId()))
        .toList();
  }

  @Override
  public @Nullable UserGroup group(GroupKey key, String userId) {
    List<GroupMessage> all = messagesOf(new Scope(key.appId(), key.groupId(), null));
    List<GroupMessage> own = messagesOf(new Scope(key.appId(), key.groupId(), userId));
    Long read;
    synchronized (place) {
      read = place.read.get(new Member(key, userId));
    }
    boolean wrote = everything().stream().anyMatch(event -> isBy(event, key, userId));
    if (read == null && !wrote) {
      return null;
    }
    long readSeq = read == null ? 0 : read;
    long seen = Math.max(readSeq, own.isEmpty() ? 0 : own.getLast().seq());
    GroupHead head = heads(Set.of(key)).getOrDefault(key, new GroupHead(0, 0));
    GroupMessage last = all.isEmpty() ? null : all.getLast();
    return new UserGroup(
        key,
        head.seq(),
        last == null ? head.lastTimeMs() : last.createTimeMs(),
        last,
        all.size(),
        readSeq,
        all.stream().filter(message -> message.seq() > seen).count());
  }

  private static boolean isBy(GroupEvent event, GroupKey key, String userId) {
    return event.key().equals(key)
        && switch (event) {
          case Created created -> created.message().userId().equals(userId);
          case NoticePublished published -> published.notice().userId().equals(userId);
          case Recalled _, NoticeDeleted _ -> false;
        };
  }

  private Set<GroupKey> keys() {
    Set<GroupKey> keys = new HashSet<>();
    synchronized (place) {
      checkOpen();
      place.read.keySet().forEach(member -> keys.add(member.key));
      place.events.forEach(event -> keys.add(event.key()));
    }
    return keys;
  }

  @Override
  public List<GroupSummary> groupsAfter(String appId, String afterGroupId, int limit) {
    return keys().stream()
        .filter(key -> key.appId().equals(appId) && isBefore(afterGroupId, key.groupId()))
        .sorted((a, b) -> compareBytes(a.groupId(), b.groupId()))
        .limit(limit)
        .map(this::summary)
        .toList();
  }

  @Override
  public @Nullable GroupSummary group(GroupKey key) {
    return keys().contains(key) ? summary(key) : null;
  }

  private GroupSummary summary(GroupKey key) {
    List<GroupMessage> all = messagesOf(new Scope(key.appId(), key.groupId(), null));
    GroupHead head = heads(Set.of(key)).getOrDefault(key, new GroupHead(0, 0));
    GroupMessage last = all.isEmpty() ? null : all.getLast();
    long prunedSeq;
    synchronized (place) {
      prunedSeq = place.pruned.getOrDefault(key, 0L);
    }
    return new GroupSummary(
        key,
        head.seq(),
        prunedSeq,
        last == null ? head.lastTimeMs() : last.createTimeMs(),
        last,
        all.size());
  }

  @Override
  public @Nullable String appAfter(String appId) {
    return keys().stream()
        .map(GroupKey::appId)
        .filter(app -> isBefore(appId, app))
        .min(ModelStore::compareBytes)
        .orElse(null);
  }

  private static boolean isBefore(String a, String b) {
    return compareBytes(a, b) < 0;
  }

  private static int compareBytes(String a, String b) {
    return Arrays.compareUnsigned(a.getBytes(UTF_8), b.getBytes(UTF_8));
  }

  @Override
  public long greatestId() {
    return everything().stream()
        .mapToLong(event ->
            switch (event) {
              case Created created -> created.message().messageId();
              case Recalled recalled -> recalled.message().messageId();
              case NoticePublished published -> published.notice().noticeId();
              case NoticeDeleted deleted -> deleted.notice().noticeId();
            })
        .max()
        .orElse(0);
  }

  @Override
  public long latestTimeMs() {
    List<GroupEvent> events = everything();
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

  private List<GroupMessage> messagesOf(Scope scope) {
    return allMessages().filter(m -> scope.has(m.key(), m.userId())).toList();
  }

  /** The notices of a scope that are not deleted, oldest first. */
  private List<GroupNotice> noticesOf(Scope scope) {
    return allNotices()
        .filter(n -> n.deletion() == null && scope.has(n.key(), n.userId()))
        .toList();
  }

  private static <T> Listing<T> page(List<T> matching, Page page) {
    return new Listing<>(
        matching.size(),
        page.number() > matching.size()
            ? List.of()
            : matching.stream().skip(page.number() * page.size()).limit(page.size()).toList());
  }

  private static <T> List<T> lastOf(List<T> list, int limit) {
    return list.subList(Math.max(0, list.size() - limit), list.size());
  }

  private static boolean isIn(TimeRange range, long timeMs) {
    return timeMs >= range.startMs() && timeMs < range.endMs();
  }

  private Stream<GroupMessage> allMessages() {
    return events().stream()
        .filter(Created.class::isInstance)
        .map(event -> ((Created) event).message());
  }

  private Stream<GroupNotice> allNotices() {
    return left().stream()
        .filter(NoticePublished.class::isInstance)
        .map(event -> ((NoticePublished) event).notice());
  }

  /** The events that are not hidden. */
  private List<GroupEvent> events() {
    synchronized (place) {
      checkOpen();
      return place.events.stream().filter(event -> !isPruned(event, place.pruned)).toList();
    }
  }

  /** The same and the publications of notices that are still there. */
  private List<GroupEvent> left() {
    synchronized (place) {
      checkOpen();
      return left(place.events, place.pruned);
    }
  }

  private List<GroupEvent> everything() {
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

  /** Where a list is split by a cursor: at its entry, or between what is earlier and later. */
  private static Split split(List<Cursor> list, Cursor cursor) {
    for (int i = 0; i < list.size(); i++) {
      if (list.get(i).id() == cursor.id()) {
        return new Split(i, i + 1);
      }
    }
    return new Split(
        (int) list.stream().filter(entry -> entry.timeMs() < cursor.timeMs()).count(),
        (int) list.stream().filter(entry -> entry.timeMs() <= cursor.timeMs()).count());
  }

  /** How many entries are before a cursor, and the index of the first after it. */
  private record Split(int before, int after) {}

  private record Member(GroupKey key, String userId) {}

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
