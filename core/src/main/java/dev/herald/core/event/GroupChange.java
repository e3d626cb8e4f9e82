package dev.herald.core.event;

/** Something that is stored about a group. Immutable. */
public sealed interface GroupChange permits GroupEvent, GroupChange.Membership, GroupChange.Pruned {
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

  /**
   * The oldest events of a group are kept no longer; no event, as it says nothing new.
   *
   * @param key the group
   * @param upToSeq the number of the last event that goes
   */
  record Pruned(GroupKey key, long upToSeq) implements GroupChange {}
}
