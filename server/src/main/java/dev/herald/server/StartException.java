package dev.herald.server;

/** The server could not start; the message is one sentence for the operator. */
final class StartException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * Says why.
   *
   * @param sentence what is wrong and what can be done, without a stop at the end
   */
  StartException(String sentence) {
    super(sentence);
  }

  /**
   * Says why, with what led to it for the log.
   *
   * @param sentence what is wrong and what can be done, without a stop at the end
   * @param cause what failed
   */
  StartException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
