package dev.herald.mqtt.codec;

/** Checks text that stays bytes. */
public final class Utf8 {
  private Utf8() {}

  /**
   * Returns whether bytes are well-formed UTF-8 (RFC 3629): no byte sequence longer than needed, no
   * surrogate, nothing beyond U+10FFFF. U+0000 is a character like any other here.
   */
  public static boolean isWellFormed(byte[] bytes) {
    int i = 0;
    while (i < bytes.length) {
      int lead = bytes[i++];
      if (lead >= 0) {
        continue;
      }
      int more = continuations(lead & 0xFF);
      if (more < 0 || bytes.length - i < more || !startsRight(lead & 0xFF, bytes[i] & 0xFF)) {
        return false;
      }
      for (int end = i + more; i < end; i++) {
        if ((bytes[i] & 0xC0) != 0x80) {
          return false;
        }
      }
    }
    return true;
  }

  /** How many bytes follow a first byte of 0x80 or more; -1 if it is none. */
  private static int continuations(int lead) {
    if (lead < 0xC2 || lead > 0xF4) {
      return -1;
    }
    return lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  }

  /** Whether the second byte makes neither a longer form than needed nor a forbidden character. */
  private static boolean startsRight(int lead, int second) {
    return switch (lead) {
      case 0xE0 -> second >= 0xA0;
      case 0xED -> second < 0xA0;
      case 0xF0 -> second >= 0x90;
      case 0xF4 -> second < 0x90;
      default -> true;
    };
  }
}
