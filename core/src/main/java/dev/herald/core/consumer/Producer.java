package dev.herald.core.consumer;

import dev.herald.core.route.Lane;

/** A publisher that can be held back: the {@code origin} of a message may be one. */
public interface Producer {
  /** Returns the lane that owns it. From any thread. */
  Lane lane();

  /**
   * Hears that it publishes more than a group's members consume. It should publish no more while
   * {@link ConsumerGroup#isCongested()}. Called on its lane, again and again as long as it
   * publishes.
   */
  void holdBack(ConsumerGroup group);
}
