package dev.herald.core.consumer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A consumer group as it was at one moment.
 *
 * @param summary the group in short
 * @param members who is in, in no order; nobody where it is told in short only
 */
public record GroupView(Summary summary, List<MemberView> members) {
  /** Makes an immutable view. */
  public GroupView {
    members = List.copyOf(members);
  }

  /**
   * A group in short. What is counted is counted since the group came to be, on this node.
   *
   * @param filter the whole filter that names it, {@code $share/{group}/{filter}}
   * @param memberCount how many members are in
   * @param liveCount how many of them can be given messages
   * @param underWay how many messages members have not answered
   * @param waitingBytes what waits for a member to be free, bytes
   * @param counts what became of its messages
   */
  public record Summary(
      String filter,
      int memberCount,
      int liveCount,
      long underWay,
      long waitingBytes,
      Counts counts) {}

  /**
   * A part of a list of groups.
   *
   * @param groups in the order of their filters
   * @param after the filter after which the next part begins; null if this is the last one
   */
  public record Page(List<Summary> groups, @Nullable String after) {
    /** Makes an immutable page. */
    public Page {
      groups = List.copyOf(groups);
    }
  }

  /**
   * What became of a group's messages.
   *
   * @param dispatched how often one was given to a member
   * @param consumed how many a member acknowledged
   * @param redelivered how often one was taken from a member for another to get
   * @param refused how often a member refused one
   * @param dropped how many nobody consumed
   * @param deadLetters how many of those became dead letters
   */
  public record Counts(
      long dispatched,
      long consumed,
      long redelivered,
      long refused,
      long dropped,
      long deadLetters) {}

  /**
   * A member.
   *
   * @param clientId its client; empty for a consumer that is none
   * @param state whether it is given messages
   * @param underWay how many messages it has not answered
   * @param dispatched how many it was given
   * @param acknowledged how many it acknowledged
   * @param refused how many it refused
   */
  public record MemberView(
      String clientId,
      State state,
      int underWay,
      long dispatched,
      long acknowledged,
      long refused) {}

  /** Whether a member is given messages. */
  public enum State {
    /** It is. */
    LIVE,
    /** It is not for now: its connection or queue is full. */
    BUSY,
    /** It is not: it answered nothing in time. */
    STALLED
  }
}
