package dev.herald.core.group;

import dev.herald.core.config.PerApp;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupChange;
import dev.herald.core.event.GroupChange.Membership;
import dev.herald.core.event.GroupChange.Pruned;
import dev.herald.core.event.GroupCommand.Create;
import dev.herald.core.event.GroupCommand.DeleteNotice;
import dev.herald.core.event.GroupCommand.MarkRead;
import dev.herald.core.event.GroupCommand.Outcome;
import dev.herald.core.event.GroupCommand.Prune;
import dev.herald.core.event.GroupCommand.PublishNotice;
import dev.herald.core.event.GroupCommand.RecallMessage;
import dev.herald.core.event.GroupCommand.Target;
import dev.herald.core.event.GroupEvent.Created;
import dev.herald.core.event.GroupEvent.NoticeDeleted;
import dev.herald.core.event.GroupEvent.NoticePublished;
import dev.herald.core.event.GroupEvent.Recalled;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.event.GroupNotice;
import dev.herald.core.event.Tombstone;
import dev.herald.core.store.History.GroupHead;
import dev.herald.core.store.Store.ClientMessageKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One batch of commands on its way to becoming events; nothing outside changes until it is stored.
 * For one thread.
 *
 * <p>What is withdrawn in the batch that creates it is created without its content: so the content
 * is neither stored nor shown. What is kept no longer goes last: what the batch decided on is there
 * until then.
 */
final class GroupWork {
  private final Map<GroupKey, GroupHead> heads;
  private final long nowMs;
  private final List<GroupChange> changes = new ArrayList<>();
  private final List<Pruned> pruned = new ArrayList<>();
  private final Map<Long, GroupMessage> messages = new HashMap<>();
  private final Map<Long, GroupNotice> notices = new HashMap<>();
  private final Map<ClientMessageKey, GroupMessage> sentBefore = new HashMap<>();
  private final Map<ClientMessageKey, GroupNotice> publishedBefore = new HashMap<>();

  /** Where the creations of this batch are among the changes, by id. */
  private final Map<Long, Integer> created = new HashMap<>();

  /**
   * Begins a batch.
   *
   * @param heads where its groups stand; brought forward by the batch
   * @param nowMs when its events happen
   */
  GroupWork(Map<GroupKey, GroupHead> heads, long nowMs) {
    this.heads = heads;
    this.nowMs = nowMs;
  }

  /** Takes what is stored of the messages and notices to be withdrawn. */
  void know(Map<Long, GroupMessage> storedMessages, Map<Long, GroupNotice> storedNotices) {
    messages.putAll(storedMessages);
    notices.putAll(storedNotices);
  }

  /** Takes what was stored under the clients' own ids. */
  void knowRetries(
      Map<ClientMessageKey, GroupMessage> sent, Map<ClientMessageKey, GroupNotice> published) {
    sentBefore.putAll(sent);
    publishedBefore.putAll(published);
  }

  /** Returns what the batch came to, in order. */
  List<GroupChange> changes() {
    List<GroupChange> all = new ArrayList<>(changes);
    all.addAll(pruned);
    return Collections.unmodifiableList(all);
  }

  /** Returns where the groups of the batch stand after it. */
  Map<GroupKey, GroupHead> heads() {
    return heads;
  }

  /** Returns when its events happen, milliseconds since 1970. */
  long nowMs() {
    return nowMs;
  }

  /** Creates a message, or finds the one a first try created. */
  Outcome create(Create command) {
    ClientMessageKey clientKey = clientKey(command).orElse(null);
    GroupMessage first = clientKey == null ? null : sentBefore.get(clientKey);
    if (first != null) {
      return new Outcome(
          new Created(messages.getOrDefault(first.messageId(), first), command.clientMessageId()),
          true);
    }
    GroupMessage message =
        new GroupMessage(
            command.messageId(),
            command.key(),
            command.userId(),
            command.content(),
            nowMs,
            null,
            command.type(),
            advance(command.key()));
    created.put(message.messageId(), changes.size());
    messages.put(message.messageId(), message);
    if (clientKey != null) {
      sentBefore.put(clientKey, message);
    }
    return done(new Created(message, command.clientMessageId()));
  }

  /**
   * Recalls a message.
   *
   * @param recallMax how long after its creation it may be
   * @throws HeraldException MESSAGE_NOT_FOUND, MESSAGE_RECALLED or RECALL_TOO_LATE
   */
  Outcome recall(RecallMessage command, PerApp<Duration> recallMax) {
    Target target = command.target();
    GroupMessage message = messages.get(target.id());
    if (message == null || !target.isIn(message.key())) {
      throw refusal(ErrorCode.MESSAGE_NOT_FOUND, "there is no message " + target.id());
    }
    if (message.recall() != null) {
      throw refusal(ErrorCode.MESSAGE_RECALLED, "message " + target.id() + " was recalled before");
    }
    Duration within = recallMax.of(message.key().appId());
    if (nowMs - message.createTimeMs() > within.toMillis() || within.isZero()) {
      throw refusal(
          ErrorCode.RECALL_TOO_LATE,
          "a message can be recalled for "
              + within.toSeconds()
              + " seconds, which have passed for message "
              + target.id());
    }
    GroupMessage recalled =
        message.recalled(new Tombstone(nowMs, command.cause(), target.userId()));
    messages.put(recalled.messageId(), recalled);
    replaceCreation(
        recalled.messageId(), event -> new Created(recalled, ((Created) event).clientMessageId()));
    return done(new Recalled(recalled, advance(recalled.key())));
  }

  /** Publishes a notice, or finds the one a first try published. */
  Outcome publish(PublishNotice command) {
    ClientMessageKey clientKey = clientKey(command).orElse(null);
    GroupNotice first = clientKey == null ? null : publishedBefore.get(clientKey);
    if (first != null) {
      return new Outcome(
          new NoticePublished(
              notices.getOrDefault(first.noticeId(), first), command.clientMessageId()),
          true);
    }
    GroupNotice notice =
        new GroupNotice(
            command.noticeId(),
            command.key(),
            command.userId(),
            command.text().title(),
            command.text().content(),
            command.text().jumpUrl(),
            nowMs,
            null,
            command.text().type(),
            advance(command.key()));
    created.put(notice.noticeId(), changes.size());
    notices.put(notice.noticeId(), notice);
    if (clientKey != null) {
      publishedBefore.put(clientKey, notice);
    }
    return done(new NoticePublished(notice, command.clientMessageId()));
  }

  /**
   * Deletes a notice.
   *
   * @throws HeraldException NOTICE_NOT_FOUND or NOTICE_DELETED
   */
  Outcome delete(DeleteNotice command) {
    Target target = command.target();
    GroupNotice notice = notices.get(target.id());
    if (notice == null || !target.isIn(notice.key())) {
      throw refusal(ErrorCode.NOTICE_NOT_FOUND, "there is no notice " + target.id());
    }
    if (notice.deletion() != null) {
      throw refusal(ErrorCode.NOTICE_DELETED, "notice " + target.id() + " was deleted before");
    }
    GroupNotice deleted = notice.deleted(new Tombstone(nowMs, null, target.userId()));
    notices.put(deleted.noticeId(), deleted);
    replaceCreation(
        deleted.noticeId(),
        event -> new NoticePublished(deleted, ((NoticePublished) event).clientMessageId()));
    return done(new NoticeDeleted(deleted, advance(deleted.key())));
  }

  /**
   * Makes a user a member and notes how far the user has read.
   *
   * @throws HeraldException FIELD_INVALID if that is beyond the group's last event
   */
  Outcome markRead(MarkRead command) {
    GroupHead head = heads.get(command.key());
    long last = head == null ? 0 : head.seq();
    if (command.readSeq() > last) {
      throw refusal(
          ErrorCode.FIELD_INVALID,
          "seq must be at most " + last + ", the group's last event, it is " + command.readSeq());
    }
    return done(new Membership(command.key(), command.userId(), command.readSeq()));
  }

  /** Removes the oldest events of a group. */
  Outcome prune(Prune command) {
    Pruned change = new Pruned(command.key(), command.upToSeq());
    pruned.add(change);
    return new Outcome(change, false);
  }

  /** Returns the key of a create's own id, if it has one. */
  static Optional<ClientMessageKey> clientKey(Create command) {
    return clientKey(command.key(), command.userId(), command.clientMessageId());
  }

  /** Returns the key of a notice's own id, if it has one. */
  static Optional<ClientMessageKey> clientKey(PublishNotice command) {
    return clientKey(command.key(), command.userId(), command.clientMessageId());
  }

  private static Optional<ClientMessageKey> clientKey(
      GroupKey key, String userId, @Nullable String clientMessageId) {
    return Optional.ofNullable(clientMessageId)
        .map(id -> new ClientMessageKey(key.appId(), userId, id));
  }

  private void replaceCreation(long id, UnaryOperator<GroupChange> withdrawn) {
    Integer index = created.get(id);
    if (index != null) {
      changes.set(index, withdrawn.apply(changes.get(index)));
    }
  }

  /** Takes the next number of a group. */
  private long advance(GroupKey key) {
    GroupHead head = heads.get(key);
    long seq = head == null ? 1 : head.seq() + 1;
    heads.put(key, new GroupHead(seq, nowMs));
    return seq;
  }

  private Outcome done(GroupChange change) {
    changes.add(change);
    return new Outcome(change, false);
  }

  private static HeraldException refusal(ErrorCode code, String detail) {
    return new HeraldException(code, detail);
  }
}
