package dev.herald.http;

import dev.herald.core.error.HeraldException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who takes the messages of an {@link HttpConsumer} to its client: a request that is answered once,
 * or a stream. Called on the consumer's lane.
 */
interface ConsumerReader {
  /** Returns whether it takes messages until its connection ends, or only once. */
  boolean isStream();

  /** Returns how many messages it takes at a time. */
  int limit();

  /** Returns whether it waits for messages if there are none. */
  boolean waits();

  /** Returns whether it takes messages now. */
  boolean isReady();

  /** Takes messages, at least one. */
  void give(List<Given> batch);

  /**
   * Takes no more.
   *
   * @param why null if there is nothing for it
   */
  void end(@Nullable HeraldException why);

  /** A second has passed; returns for how many it could not go on with what it was given. */
  long tick();
}
