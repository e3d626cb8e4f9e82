package dev.herald.core.chat;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * When to look at which chats of one lane: at those only whose time has come. Owned by that lane.
 */
final class ChatTimes {
  private final TreeMap<Long, Set<OwnedChat>> due = new TreeMap<>();

  /** Has a chat looked at within a second after a time, in milliseconds since 1970, or before. */
  void lookBy(OwnedChat chat, long atMs) {
    long second = Math.ceilDiv(atMs, 1000L);
    if (second < chat.dueSecond) {
      forget(chat);
      chat.dueSecond = second;
      due.computeIfAbsent(second, key -> new HashSet<>()).add(chat);
    }
  }

  /** Has a chat not looked at. */
  void forget(OwnedChat chat) {
    Set<OwnedChat> same = due.get(chat.dueSecond);
    if (same != null && same.remove(chat) && same.isEmpty()) {
      due.remove(chat.dueSecond);
    }
    chat.dueSecond = Long.MAX_VALUE;
  }

  /** Looks at all whose time has come. */
  void look(long nowMs) {
    while (!due.isEmpty() && due.firstKey() <= nowMs / 1000) {
      Map.Entry<Long, Set<OwnedChat>> first = due.pollFirstEntry();
      for (OwnedChat chat : first.getValue()) {
        chat.dueSecond = Long.MAX_VALUE;
        chat.lookAtTime(nowMs);
      }
    }
  }
}
