package dev.herald.mqtt;

/** The memory of this process. Thread-safe. */
public interface Memory {
  /** Returns how full it is, in percent. Cheap. */
  int usedPercent();

  /**
   * Has what is not used any more collected, so that it does not count, unless old objects were
   * collected since the last call anyway. Returns at once.
   */
  void collect();
}
