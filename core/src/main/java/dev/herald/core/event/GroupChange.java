package dev.herald.core.event;

/** Something that is stored about a group. Immutable. */
public sealed interface GroupChange permits GroupEvent, GroupChange.Membership {
  /** Returns the app and group it is about. */
  GroupKey key();

  /**
   * A user is a member of a group and has read a part of it; no event, as nobody else is told.
   *
   * @param key the group, which need not have an event yet
   * @param userId the user
   * @param readSeq the number of the last event the user has read, 0 for none
   */
  record Membership(GroupKey key, String userId, long readSeq) implements GroupChange {}
}
