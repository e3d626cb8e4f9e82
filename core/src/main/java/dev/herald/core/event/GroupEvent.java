package dev.herald.core.event;

import dev.herald.core.bus.BusMessage;
import org.jspecify.annotations.Nullable;

/** What happened in a group: one of a sequence numbered 1, 2, 3 without a gap. Immutable. */
public sealed interface GroupEvent extends GroupChange, BusMessage {
  /** Returns its number in the group, from 1. */
  long seq();

  /**
   * Returns when it happened, milliseconds since 1970; never less than an event's before it in the
   * group.
   */
  long timeMs();

  @Override
  default String appId() {
    return key().appId();
  }

  /**
   * A message was created.
   *
   * @param message the message; its seq is the event's. Read from the store later, it is the
   *     message as it is then: a recalled one has no content any more
   * @param clientMessageId the writer's own id that makes a retry safe, or null
   */
  record Created(GroupMessage message, @Nullable String clientMessageId) implements GroupEvent {
    @Override
    public GroupKey key() {
      return message.key();
    }

    @Override
    public long seq() {
      return message.seq();
    }

    @Override
    public long timeMs() {
      return message.createTimeMs();
    }
  }

  /**
   * A message was recalled.
   *
   * @param message the message as it is from now on: without content, with its tombstone; its seq
   *     is that of its creation
   * @param seq the number of the recall
   */
  record Recalled(GroupMessage message, long seq) implements GroupEvent {
    /**
     * Makes the event.
     *
     * @throws IllegalArgumentException if the message has content or no tombstone
     */
    public Recalled {
      if (message.recall() == null || !message.content().isEmpty()) {
        throw new IllegalArgumentException("message " + message.messageId() + " is not recalled");
      }
    }

    @Override
    public GroupKey key() {
      return message.key();
    }

    @Override
    public long timeMs() {
      return tombstone().timeMs();
    }

    /** Returns who recalled it, when and why. */
    public Tombstone tombstone() {
      Tombstone recall = message.recall();
      if (recall == null) {
        throw new IllegalStateException("checked when it was made");
      }
      return recall;
    }
  }

  /**
   * A notice was published.
   *
   * @param notice the notice; its seq is the event's. Read from the store later, it is the notice
   *     as it is then: a deleted one has no title and no content any more
   * @param clientMessageId the publisher's own id that makes a retry safe, or null
   */
  record NoticePublished(GroupNotice notice, @Nullable String clientMessageId)
      implements GroupEvent {
    @Override
    public GroupKey key() {
      return notice.key();
    }

    @Override
    public long seq() {
      return notice.seq();
    }

    @Override
    public long timeMs() {
      return notice.createTimeMs();
    }
  }

  /**
   * A notice was deleted.
   *
   * @param notice the notice as it is from now on: without title and content, with its tombstone;
   *     its seq is that of its publication
   * @param seq the number of the deletion
   */
  record NoticeDeleted(GroupNotice notice, long seq) implements GroupEvent {
    /**
     * Makes the event.
     *
     * @throws IllegalArgumentException if the notice has content or no tombstone
     */
    public NoticeDeleted {
      if (notice.deletion() == null || !notice.content().isEmpty() || !notice.title().isEmpty()) {
        throw new IllegalArgumentException("notice " + notice.noticeId() + " is not deleted");
      }
    }

    @Override
    public GroupKey key() {
      return notice.key();
    }

    @Override
    public long timeMs() {
      return tombstone().timeMs();
    }

    /** Returns who deleted it and when. */
    public Tombstone tombstone() {
      Tombstone deletion = notice.deletion();
      if (deletion == null) {
        throw new IllegalStateException("checked when it was made");
      }
      return deletion;
    }
  }
}
