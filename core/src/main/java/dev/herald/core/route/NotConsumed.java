package dev.herald.core.route;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;

/**
 * Why a consumer group did not consume a message.
 *
 * @param reason what happened to it last
 * @param group the whole filter that names the group, {@code $share/{group}/{filter}}
 * @param attempts how many members were sent it
 */
public record NotConsumed(Reason reason, String group, int attempts) {

  /** What may happen to a message in a group. */
  public enum Reason {
    /** The group's last member left. */
    NO_MEMBER("no_member", "its last member left"),
    /** Members left without acknowledging it. */
    LEFT("member_left", "members left without acknowledging it"),
    /** Members refused it. */
    REFUSED("refused_by_member", "its members refused it"),
    /** Members did not acknowledge it in time. */
    TIMED_OUT("timed_out", "it was not acknowledged in time"),
    /** The group holds as much as it may. */
    GROUP_FULL("group_full", "it holds as much as it may"),
    /** It expired before a member was sent it. */
    EXPIRED("expired", "it expired before a member was sent it"),
    /** A member that may complete it later, as at QoS 2, left in the middle of that. */
    INCOMPLETE("incomplete", "a member left in the middle of receiving it");

    private final String label;
    private final String text;

    Reason(String label, String text) {
      this.label = label;
      this.text = text;
    }

    /** Returns its name in metrics and in a dead letter's user property. */
    public String label() {
      return label;
    }
  }

  /** Returns the refusal that the publisher is given. */
  public HeraldException toException() {
    return new HeraldException(
        reason == Reason.GROUP_FULL ? ErrorCode.CONSUMER_GROUP_FULL : ErrorCode.NOT_CONSUMED,
        "not consumed by " + group + ": " + reason.text);
  }
}
