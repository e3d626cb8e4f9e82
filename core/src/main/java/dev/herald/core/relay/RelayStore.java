package dev.herald.core.relay;

import dev.herald.core.route.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps retained messages and sessions over a restart.
 *
 * <p>Used by one thread at a time: first {@link #start}, then one {@link #load}, then any number of
 * {@link #write}. Methods block on the disk. A write is not synced: it survives the end of the
 * process, and of the machine as far as the system had written it; what is read back is what some
 * number of whole writes left.
 */
public interface RelayStore extends AutoCloseable {
  /**
   * Opens the store and brings its schema to this version's.
   *
   * @throws dev.herald.core.error.HeraldException STORE_UNAVAILABLE with a sentence for the
   *     operator
   */
  void start();

  /**
   * Reads everything that is kept. A message that waits for several sessions is given as one
   * object.
   *
   * @param loading is given the retained messages, then the sessions, the newest (the greatest id)
   *     first; it may not call the store
   * @throws dev.herald.core.error.HeraldException STORE_UNAVAILABLE with a sentence for the
   *     operator if what is kept cannot be read
   */
  void load(Loading loading);

  /**
   * Writes changes, all or none, in their order.
   *
   * @throws dev.herald.core.error.HeraldException STORE_UNAVAILABLE if nothing was written; the
   *     same changes can be written later
   */
  void write(Batch batch);

  /** Closes what it opened; what was written stays. */
  @Override
  void close();

  /** Takes what is loaded. */
  interface Loading {
    /** Takes a retained message of an app. */
    void retained(String appId, Message message);

    /** Takes a session and the messages that wait for its client, in the order of their numbers. */
    void session(SavedSession session, List<SavedSession.Queued> messages);
  }

  /**
   * What changed.
   *
   * @param retained each topic once
   * @param sessions each session once
   */
  record Batch(List<RetainedChange> retained, List<SessionChange> sessions) {}

  /**
   * What is retained for a topic from now on.
   *
   * @param message the message, or null for none
   */
  record RetainedChange(String appId, String topic, @Nullable Message message) {}

  /**
   * How a session changed.
   *
   * @param id its number
   * @param ended whether it ended: then nothing of it is kept, and nothing else is said
   * @param state what it is now, or null if that did not change
   * @param messages the messages that are new, and those whose packet identifier or receipt
   *     changed; the last one of a number counts
   * @param completed the numbers of messages that wait no longer; they come after {@code messages}
   */
  record SessionChange(
      long id,
      boolean ended,
      @Nullable SavedSession state,
      List<SavedSession.Queued> messages,
      List<Integer> completed) {

    /** Returns the change that ends a session. */
    public static SessionChange end(long id) {
      return new SessionChange(id, true, null, List.of(), List.of());
    }
  }
}
