package dev.herald.core.chat;

import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;

/**
 * A client in one chat, as its edge has it. What the chat tells is told on the seat's lane, in the
 * chat's order. Two seats are the same place if they are equal.
 */
public interface Seat {
  /** Returns the thread that owns the seat. */
  Lane lane();

  /**
   * Returns who sits here, and is told to the chat by joining. The client is always the same; that
   * its user is another one {@link Place#changeUser} tells. From any thread.
   */
  Who who();

  /** Takes what was said in the chat, or happened to it. On the lane; must not block nor throw. */
  void take(Message message);

  /**
   * Is in the chat no longer: the last word. On the lane; must not block nor throw. Not told to a
   * seat that left.
   */
  void closed();

  /**
   * A participant.
   *
   * @param clientId the client, by which a chat knows its participants
   * @param userId its user, empty for none
   */
  record Who(String clientId, String userId) {
    /** Returns whether this is a client of the same user; of no user, the same client. */
    boolean isSameUser(Who other) {
      return userId.isEmpty() ? clientId.equals(other.clientId) : userId.equals(other.userId);
    }
  }
}
