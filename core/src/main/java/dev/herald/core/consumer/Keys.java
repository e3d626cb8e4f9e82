package dev.herald.core.consumer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a group that have something unfinished, and which of its live members each belongs
 * to. Owned by the group's lane.
 */
final class Keys {
  private final Map<String, Key> keys = new HashMap<>();

  /** The group's live members. */
  private final List<Member> live;

  /** Takes a parcel that every live member had its chance with. */
  private final Consumer<Parcel> hopeless;

  /** Members that own a key that waits, and were not seen to be busy or full since it does. */
  private final ArrayDeque<Member> toServe = new ArrayDeque<>(0);

  /** Keys that wait while there is no live member. */
  private final List<Key> ownerless = new ArrayList<>(0);

  Keys(List<Member> live, Consumer<Parcel> hopeless) {
    this.live = live;
    this.hopeless = hopeless;
  }

  /** Returns the key of a name. */
  Key of(String name) {
    Key key = keys.get(name);
    if (key == null) {
      key = new Key(name, live.isEmpty() ? null : live.get(Key.place(name, live.size())));
      keys.put(name, key);
    }
    return key;
  }

  /** Returns the next free member one of whose keys waits, or null. */
  @Nullable Member next() {
    Member owner = toServe.peek();
    while (owner != null && (owner.keys.isEmpty() || !owner.isFree())) {
      owner.listed = false;
      toServe.remove();
      if (!owner.keys.isEmpty()) {
        owner.lineUp();
      }
      owner = toServe.peek();
    }
    return owner;
  }

  /** Has a key's owner served with it, if it has one and something waits. */
  void list(Key key) {
    Member owner = key.owner;
    if (key.listed || key.waiting.isEmpty()) {
      return;
    }
    if (owner == null) {
      key.listed = true;
      ownerless.add(key);
    } else if (owner.live) {
      key.listed = true;
      owner.keys.add(key);
      list(owner);
    }
  }

  /** Has a member served with its keys that wait, as soon as it is free; not if it is busy. */
  void list(Member owner) {
    if (!owner.listed && !owner.keys.isEmpty() && owner.isReady()) {
      owner.listed = true;
      toServe.add(owner);
    }
  }

  /** Takes a key out of the list of those that wait. */
  void unlist(Key key) {
    if (key.listed) {
      key.listed = false;
      Member owner = key.owner;
      boolean _ = owner == null ? ownerless.remove(key) : owner.keys.remove(key);
    }
  }

  /** Gives a key nothing of which is under way to a live member, one of those it can go on with. */
  void assign(Key key) {
    unlist(key);
    Parcel next = key.waiting.peek();
    while (next != null && next.wasTriedByAll(live)) {
      hopeless.accept(next);
      next = key.waiting.peek();
    }
    key.owner = null;
    int count = live.size();
    int place = count == 0 ? 0 : Key.place(key.name, count);
    for (int i = 0; i < count && key.owner == null; i++) {
      Member candidate = live.get((place + i) % count);
      if (next == null || !next.wasTriedBy(candidate)) {
        key.owner = candidate;
      }
    }
    list(key);
    forgetIfFinished(key);
  }

  /** A member is live: keys that had none get one. */
  void joined() {
    List<Key> taken = List.copyOf(ownerless);
    taken.forEach(this::assign);
  }

  /** A member is live no more: its keys go to others, each when nothing of it is under way. */
  void retired(Member member) {
    for (Key key = member.keys.poll(); key != null; key = member.keys.poll()) {
      key.listed = false;
      if (key.underWay == 0) {
        assign(key);
      }
    }
  }

  /** Returns how many there are. */
  int size() {
    return keys.size();
  }

  void forgetIfFinished(Key key) {
    if (key.isFinished()) {
      keys.remove(key.name, key);
    }
  }

  /** Gives away all that waits, and forgets every key. */
  void clear(Consumer<Parcel> to) {
    keys.values().forEach(key -> key.waiting.forEach(to));
    keys.clear();
    ownerless.clear();
    toServe.clear();
  }
}
