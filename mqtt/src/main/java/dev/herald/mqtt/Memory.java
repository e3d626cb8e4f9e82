package dev.herald.mqtt;

/** The memory of this process. Thread-safe. */
public interface Memory {
  /** Returns how full it is, in percent. Cheap. */
  int usedPercent();

  /**
   * Has what is not used any more collected, so that it does not count. Returns at once; does
   * nothing while that goes on.
   */
  void collect();
}
