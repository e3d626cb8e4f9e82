package dev.herald.sql;

import java.util.LinkedHashMap;
import java.util.Map;

/** A map that forgets what was used least recently when it has too much. For one thread. */
final class BoundedCache<K, V> extends LinkedHashMap<K, V> {
  private static final long serialVersionUID = 1L;

  private final int sizeMax;

  BoundedCache(int sizeMax) {
    super(1024, 0.75f, true);
    this.sizeMax = sizeMax;
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    return size() > sizeMax;
  }
}
