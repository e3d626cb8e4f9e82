package dev.herald.core.client;

import java.security.SecureRandom;

/**
 * Which clients had a notification: a set of hashes of their identifiers, 64 bits each, so that a
 * client costs 12 to 24 bytes. Of a million clients two are the same with a chance of one in forty
 * million; one of them would then not get the notification, and none gets it twice.
 */
final class ClientMarks {
  private static final long SEED = new SecureRandom().nextLong();
  private static final long MIX = 0x9E37_79B9_7F4A_7C15L;
  private static final int FIRST_PLACES = 8;

  private long[] places = new long[FIRST_PLACES];
  private int count;

  /** Returns how many bytes it takes. */
  long bytes() {
    return 8L * places.length;
  }

  /** Notes a client; returns whether it was not noted before. */
  boolean add(String clientId) {
    if (!put(places, hash(clientId))) {
      return false;
    }
    if (++count > places.length / 3 * 2) {
      grow();
    }
    return true;
  }

  private void grow() {
    long[] larger = new long[places.length * 2];
    for (long mark : places) {
      if (mark != 0) {
        put(larger, mark);
      }
    }
    places = larger;
  }

  private static boolean put(long[] places, long mark) {
    int mask = places.length - 1;
    int at = (int) (mark >>> 32) & mask;
    while (places[at] != 0) {
      if (places[at] == mark) {
        return false;
      }
      at = (at + 1) & mask;
    }
    places[at] = mark;
    return true;
  }

  private static long hash(String text) {
    long hash = SEED;
    for (int i = 0; i < text.length(); i++) {
      hash = Long.rotateLeft((hash ^ text.charAt(i)) * MIX, 29);
    }
    hash = (hash ^ (hash >>> 32)) * MIX;
    hash ^= hash >>> 29;
    return hash == 0 ? 1 : hash;
  }
}
