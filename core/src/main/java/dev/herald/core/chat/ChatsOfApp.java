package dev.herald.core.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The rooms of one app on this node, in the order of the chats' ids. Thread-safe. */
final class ChatsOfApp {
  private final ConcurrentNavigableMap<String, Room> rooms = new ConcurrentSkipListMap<>();
  private final AtomicInteger places = new AtomicInteger();

  /** Takes a place for a room that is to be; returns whether there was one. */
  boolean reserve(int most) {
    if (places.incrementAndGet() > most) {
      places.decrementAndGet();
      return false;
    }
    return true;
  }

  /** Gives a place back that was not needed. */
  void unreserve() {
    places.decrementAndGet();
  }

  /** Adds a room for which a place was taken; gives the place back if the chat has one already. */
  void add(Room room) {
    if (rooms.putIfAbsent(room.key.chatId(), room) != null) {
      unreserve();
    }
  }

  void remove(Room room) {
    if (rooms.remove(room.key.chatId(), room)) {
      places.decrementAndGet();
    }
  }

  @Nullable Room find(String chatId) {
    return rooms.get(chatId);
  }

  List<ChatView.Summary> list(String after, int limit) {
    List<ChatView.Summary> page = new ArrayList<>();
    for (Room room : rooms.tailMap(after, false).values()) {
      if (page.size() == limit) {
        break;
      }
      if (room instanceof OwnedChat chat && chat.hasBegun()) {
        page.add(chat.summary());
      }
    }
    return page;
  }

  Stream<Room> all() {
    return rooms.values().stream();
  }

  /** Returns how many there are, with those about to be. */
  int size() {
    return places.get();
  }
}
