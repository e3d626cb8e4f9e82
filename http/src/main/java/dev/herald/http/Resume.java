package dev.herald.http;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupKey;
import dev.herald.core.group.GroupQueries;
import dev.herald.core.group.GroupQueries.EventPage;
import dev.herald.core.store.History.GroupHead;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Sends a gateway what it missed, then makes it live, without a gap and without a repeat.
 *
 * <p>The gateway is subscribed before. Live events of the groups to resume are held back on the
 * lane, while this task reads the store on a thread of its own and sends what it finds, at the
 * gateway's pace. As events are stored before they are shown, the held ones go on exactly where the
 * store ends, but for those that both have; so at the end, on the lane, the held events that were
 * not read yet are sent in order; one that was read and is shown only later is left out by the
 * gateway. What is held back is bounded: at the bound it is dropped, and the store is read once
 * more.
 */
final class Resume implements Runnable {
  private static final int PAGE_EVENTS = 64;
  private static final long HELD_BYTES_MAX = 256 << 10;

  /** What a held event costs beside its frame and its texts, which are about as long. */
  private static final int HELD_BYTES = 64;

  private final Gateway gateway;
  private final GroupQueries queries;

  /** The last event sent of each group; the reader's, and the lane's while the reader waits. */
  private final Map<String, Long> sent;

  /** The last live event of each group; owned by the lane. */
  private final Map<String, Long> shown = new HashMap<>();

  /** Owned by the lane. */
  private final Queue<Held> held = new ArrayDeque<>();

  /** Owned by the lane. */
  private long heldBytes;

  private final Set<String> groups;

  Resume(Gateway gateway, GroupQueries queries, Map<String, Long> after) {
    this.gateway = gateway;
    this.queries = queries;
    this.sent = new HashMap<>(after);
    this.groups = Set.copyOf(after.keySet());
  }

  /**
   * Takes a live event if it is of a group to resume. On the lane.
   *
   * @param frame its frame, or null for an event that the gateway is not sent
   */
  boolean holds(GroupEvent event, byte @Nullable [] frame) {
    String groupId = event.key().groupId();
    if (!groups.contains(groupId)) {
      return false;
    }
    shown.put(groupId, event.seq());
    int bytes = HELD_BYTES + (frame == null ? 0 : 2 * frame.length);
    if (heldBytes + bytes > HELD_BYTES_MAX) {
      held.clear();
      heldBytes = 0;
    }
    held.add(new Held(event, frame));
    heldBytes += bytes;
    return true;
  }

  @Override
  public void run() {
    try {
      for (String groupId : groups) {
        checkStart(groupId);
      }
      Set<String> behind = groups;
      while (!behind.isEmpty()) {
        for (String groupId : behind) {
          if (!read(groupId)) {
            return;
          }
        }
        if (!gateway.outbox().awaitRoom()) {
          return;
        }
        behind = finish();
      }
    } catch (HeraldException failure) {
      gateway.end(EndReason.RESUME_FAILED, failure.detail());
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      gateway.end(EndReason.SHUTDOWN);
    }
  }

  /** A number that the group has not reached is no place to go on from. */
  private void checkStart(String groupId) {
    long seq = sent.getOrDefault(groupId, 0L);
    GroupHead head = queries.heads(List.of(key(groupId))).get(key(groupId));
    if (seq > (head == null ? 0 : head.seq())) {
      throw new HeraldException(
          ErrorCode.FIELD_INVALID, "after names number " + seq + ", which a group has not reached");
    }
  }

  /** Sends what the store has of a group; false when the gateway has ended. */
  private boolean read(String groupId) throws InterruptedException {
    EventPage page;
    do {
      long after = sent.getOrDefault(groupId, 0L);
      page = queries.eventPage(key(groupId), after, PAGE_EVENTS);
      if (page.startSeq() > after) {
        gateway.sendPruned(groupId, page.startSeq());
        sent.put(groupId, page.startSeq());
      }
      for (GroupEvent event : page.events()) {
        if (!gateway.outbox().awaitRoom()) {
          return false;
        }
        byte @Nullable [] frame = gateway.wants(event) ? GatewayFrames.event(event) : null;
        gateway.sendEvent(frame, event);
        sent.put(groupId, event.seq());
      }
    } while (page.events().size() == PAGE_EVENTS);
    return true;
  }

  private GroupKey key(String groupId) {
    return new GroupKey(gateway.key().appId(), groupId);
  }

  /** Has the lane make the gateway live; returns the groups that must be read again before. */
  private Set<String> finish() {
    CompletableFuture<Set<String>> behind = new CompletableFuture<>();
    if (!gateway.onLane(() -> behind.complete(finishOnLane()))) {
      return Set.of();
    }
    return behind.join();
  }

  private Set<String> finishOnLane() {
    Map<String, Long> reached = new HashMap<>(sent);
    List<Held> next = new ArrayList<>();
    for (Held live : held) {
      String groupId = live.event.key().groupId();
      long last = reached.getOrDefault(groupId, 0L);
      if (live.event.seq() == last + 1) {
        reached.put(groupId, live.event.seq());
        next.add(live);
      }
    }
    Set<String> behind = new HashSet<>();
    shown.forEach((groupId, seq) -> {
      if (reached.getOrDefault(groupId, 0L) < seq) {
        behind.add(groupId);
      }
    });
    if (behind.isEmpty()) {
      gateway.resumed(next, reached);
    }
    return behind;
  }

  /** A live event that waits for the store to be read. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Held(GroupEvent event, byte @Nullable [] frame) {}
}
