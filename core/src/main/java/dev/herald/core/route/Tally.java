package dev.herald.core.route;

/**
 * Is told how many subscribers a publish was handed to, by each lane that has some. Thread-safe.
 */
public interface Tally {
  /**
   * Counts what one lane did. Called on that lane when it is done; must not block nor throw.
   *
   * @param lane the lane's index
   * @param subscribers how many of its subscribers were handed the message, each once however many
   *     of its filters matched; 0 if those that matched have left meanwhile
   */
  void delivered(int lane, int subscribers);
}
