package dev.herald.core.event;

/** Something that is stored about a group. Immutable. */
public sealed interface GroupChange permits GroupEvent {
  /** Returns the app and group it is about. */
  GroupKey key();
}
