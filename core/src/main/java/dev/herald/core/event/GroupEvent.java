package dev.herald.core.event;

import dev.herald.core.bus.BusMessage;
import org.jspecify.annotations.Nullable;

/** What happened in a group: one of a sequence numbered 1, 2, 3 without a gap. Immutable. */
public sealed interface GroupEvent extends BusMessage {
  /** Returns the app and group it happened in. */
  GroupKey key();

  /** Returns its number in the group, from 1. */
  long seq();

  @Override
  default String appId() {
    return key().appId();
  }

  /**
   * A message was created.
   *
   * @param message the message; its seq is the event's
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
  }
}
