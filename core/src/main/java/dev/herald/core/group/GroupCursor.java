package dev.herald.core.group;

import dev.herald.core.event.GroupChange.Pruned;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.route.Message;
import java.util.List;
import java.util.function.Consumer;

/**
 * Brings one subscriber every event of a group after a number, each once and in order: first what
 * the store has, then what is shown live.
 *
 * <p>The subscriber hands over what it is shown from the moment the cursor is made. While the
 * cursor is behind, that is only noted and not kept: what is shown is stored, so it is read. The
 * cursor reads a page after the other, as fast as the subscriber takes them; when it has reached
 * the greatest number noted, it is live and passes on what is shown. A subscriber that does not
 * take an event, because it is slow or away, makes it fall behind again: so nothing waits in
 * memory, however long that lasts, and nothing is missed. Owned by the subscriber's lane.
 */
public final class GroupCursor {
  /** The most events of one page. */
  static final int PAGE_EVENTS_MAX = 256;

  private static final int PAGE_EVENTS_MIN = 8;

  private final History history;
  private final Taker taker;
  private State state = State.BEHIND;
  private long position;
  private long shown;
  private int pageSize = PAGE_EVENTS_MIN;

  /**
   * Makes a cursor that is behind; {@link #ready} starts it.
   *
   * @param after the events with greater numbers are wanted, 0 or greater
   * @param history reads what was stored
   * @param taker takes the events
   */
  public GroupCursor(long after, History history, Taker taker) {
    this.position = after;
    this.history = history;
    this.taker = taker;
  }

  /** Returns the number of the last event that was taken, at first the one to go on from. */
  public long position() {
    return position;
  }

  /** Returns whether what is shown is passed on at once. */
  public boolean isLive() {
    return state == State.LIVE;
  }

  /**
   * Takes an event that is shown live. Those of a group come in order; that one is missing does no
   * harm, it is read.
   *
   * @param message the event as a message
   * @param seq its number
   */
  public void show(Message message, long seq) {
    if (seq <= position) {
      // it was read before it was shown
      return;
    }
    shown = Math.max(shown, seq);
    if (state != State.LIVE) {
      return;
    }
    if (seq > position + 1) {
      state = State.BEHIND;
      ready();
    } else if (taker.take(message)) {
      position = seq;
    } else {
      state = State.BEHIND;
    }
  }

  /** Goes on: the subscriber may take events again. Does nothing unless the cursor is behind. */
  public void ready() {
    if (state == State.BEHIND) {
      state = State.READING;
      int asked = pageSize;
      long known = shown;
      history.readAfter(position, asked, page -> arrived(page, asked, known));
    }
  }

  private void arrived(List<Message> page, int asked, long known) {
    if (state != State.READING) {
      return;
    }
    state = State.BEHIND;
    int taken = 0;
    for (Message message : page) {
      if (!taker.take(message)) {
        // about as much as it takes, next time: the rest of this page is read again
        pageSize = Math.clamp(2L * taken, PAGE_EVENTS_MIN, PAGE_EVENTS_MAX);
        return;
      }
      if (state == State.STOPPED) {
        return;
      }
      position = seqOf(message);
      taken++;
    }
    if (page.isEmpty()) {
      // what was shown and is not there is kept no longer
      position = Math.max(position, known);
    }
    if (page.size() == asked) {
      pageSize = Math.min(2 * asked, PAGE_EVENTS_MAX);
      ready();
    } else if (shown > position) {
      ready();
    } else {
      state = State.LIVE;
    }
  }

  /** Ends the cursor: nothing is taken any more. */
  public void stop() {
    state = State.STOPPED;
  }

  /**
   * Returns the number of the event that a message tells, or of the last of the pruned ones.
   *
   * @throws IllegalArgumentException if it tells neither
   */
  public static long seqOf(Message message) {
    if (message.origin() instanceof GroupEvent event) {
      return event.seq();
    }
    if (message.origin() instanceof Pruned pruned) {
      return pruned.upToSeq();
    }
    throw new IllegalArgumentException("a message that tells no event");
  }

  private enum State {
    /** Waits for the subscriber. */
    BEHIND,
    /** Waits for a page. */
    READING,
    LIVE,
    STOPPED
  }

  /** Reads what is stored of one group. */
  public interface History {
    /**
     * Reads a page, however long that takes; what it finds it gives on the cursor's lane.
     *
     * @param seq events with greater numbers are read, in order
     * @param limit how many at most
     * @param page takes the events as messages whose origin they are; fewer than the limit if there
     *     are no more. Where the first ones are kept no longer, a message comes before that tells
     *     so
     */
    void readAfter(long seq, int limit, Consumer<List<Message>> page);
  }

  /** Takes events for a subscriber. */
  public interface Taker {
    /**
     * Takes an event, or returns false if there is no room for it now: then it is offered again
     * after {@link GroupCursor#ready}.
     */
    boolean take(Message event);
  }
}
