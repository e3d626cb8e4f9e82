package dev.herald.it.crash;

import org.jspecify.annotations.Nullable;

/** One client's connection by which it sends, one thing at a time. For one thread. */
interface Sender extends AutoCloseable {
  /**
   * Sends a message and waits for the answer.
   *
   * @throws Broken if there is none
   */
  Told create(Sent message) throws Broken;

  /**
   * Recalls a message with the cause it has, and waits for the answer.
   *
   * @throws Broken if there is none
   */
  Told recall(Sent message) throws Broken;

  @Override
  void close();

  /**
   * An answer.
   *
   * @param done whether it was done, and is kept
   * @param why why not
   * @param messageId the message's id, null if it was not told
   * @param seq its number, 0 if it was not told
   */
  record Told(boolean done, String why, @Nullable String messageId, long seq) {
    static Told done(@Nullable String messageId, long seq) {
      return new Told(true, "", messageId, seq);
    }

    static Told refused(String why) {
      return new Told(false, why, null, 0);
    }

    /** Returns whether it says that the message had been recalled before. */
    boolean saysRecalledBefore() {
      return !done && why.contains("was recalled before");
    }
  }
}
