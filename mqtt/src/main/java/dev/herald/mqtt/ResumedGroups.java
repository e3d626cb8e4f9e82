package dev.herald.mqtt;

import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupChange;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupKey;
import dev.herald.core.group.GroupCursor;
import dev.herald.core.group.GroupFeed;
import dev.herald.core.group.GroupQueries;
import dev.herald.core.group.GroupTopics;
import dev.herald.core.group.LaneQueries;
import dev.herald.core.route.Message;
import dev.herald.core.route.Subscription;
import dev.herald.mqtt.codec.Subscribe;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The subscriptions of one session that began after a number of their group ({@code after}). Each
 * has a cursor, so that the client gets every event since, however slow it is and however long it
 * was away: what it cannot take now waits in the store. Owned by the session's lane.
 */
final class ResumedGroups {
  /** After how many events the relay's store is told how far a connected client is. */
  private static final int SAVE_EVENTS = 256;

  private final Session session;
  private final Broker broker;
  private final Map<String, Feed> feeds = new HashMap<>(4);

  /** Those whose last event the client had no room for. */
  private ArrayDeque<Feed> waiting = new ArrayDeque<>(2);

  ResumedGroups(Session session, Broker broker) {
    this.session = session;
    this.broker = broker;
  }

  /**
   * Begins, in place of what the filter had before.
   *
   * @param subscription one to a group's topic that is in the tree
   * @param after events with greater numbers are wanted
   */
  void start(Subscription subscription, long after) {
    stop(subscription.filter());
    String groupId = GroupTopics.groupIdOf(subscription.filter());
    if (groupId == null) {
      throw new IllegalArgumentException("no group's topic: " + subscription.filter());
    }
    Feed feed = new Feed(subscription, new GroupKey(session.app().id(), groupId), after);
    feeds.put(subscription.filter(), feed);
    if (session.isBusy()) {
      waiting.add(feed);
    } else {
      feed.cursor.ready();
    }
  }

  /** Ends a subscription, if it is one of these. */
  void stop(String filter) {
    Feed feed = feeds.remove(filter);
    if (feed != null) {
      feed.cursor.stop();
      var _ = waiting.remove(feed);
    }
  }

  /** Ends all of them. */
  void stopAll() {
    feeds.values().forEach(feed -> feed.cursor.stop());
    feeds.clear();
    waiting.clear();
  }

  /** Takes what is shown to one of them. */
  void deliver(Message message, Subscription subscription) {
    Feed feed = feeds.get(subscription.filter());
    if (feed != null
        && feed.subscription == subscription
        && message.origin() instanceof GroupEvent event) {
      feed.cursor.show(message, event.seq());
    }
  }

  /** Goes on with those the client had no room for. */
  void ready() {
    if (!waiting.isEmpty()) {
      ArrayDeque<Feed> before = waiting;
      waiting = new ArrayDeque<>(2);
      before.forEach(feed -> feed.cursor.ready());
    }
  }

  /**
   * Returns the number to go on from should all be lost that is not in the relay's store, or LIVE
   * for another subscription: the client has acknowledged all events up to it, or they are kept
   * there.
   */
  long savedPosition(Subscription subscription) {
    Feed feed = feeds.get(subscription.filter());
    if (feed == null) {
      return Session.LIVE;
    }
    long[] least = {feed.cursor.position()};
    Outbound outbound = session.outboundOrNull();
    if (outbound != null) {
      outbound.forEach((packetId, message) -> {
        if (message.savedNo == 0
            && message.message.origin() instanceof GroupChange told
            && told.key().equals(feed.group)) {
          least[0] = Math.min(least[0], GroupCursor.seqOf(message.message) - 1);
        }
      });
    }
    return least[0];
  }

  /** One of them. */
  private final class Feed implements GroupCursor.Taker, GroupCursor.History {
    private final Subscription subscription;
    private final GroupKey group;
    private final GroupCursor cursor;
    private final int[] identifiers;
    private int unsaved;

    Feed(Subscription subscription, GroupKey group, long after) {
      this.subscription = subscription;
      this.group = group;
      this.identifiers =
          subscription.identifier() == 0
              ? OutboundMessage.NO_IDENTIFIERS
              : new int[] {subscription.identifier()};
      this.cursor = new GroupCursor(after, this, this);
    }

    @Override
    public boolean take(Message event) {
      int qos = Math.min(event.qos(), subscription.options() & Subscribe.QOS);
      if (!session.hasRoomFor(event, qos)) {
        waiting.add(this);
        return false;
      }
      session.send(event, qos, false, identifiers);
      if (++unsaved == SAVE_EVENTS) {
        unsaved = 0;
        session.stateChanged();
      }
      return true;
    }

    @Override
    public void readAfter(long seq, int limit, Consumer<List<Message>> page) {
      Function<GroupQueries, List<Message>> question = queries -> read(queries, seq, limit);
      broker
          .queries()
          .ask(
              session.lane(),
              question,
              new LaneQueries.Answer<>() {
                @Override
                public void found(List<Message> events) {
                  broker.counters().eventsRead.add(events.size());
                  page.accept(events);
                }

                @Override
                public void failed(HeraldException refusal) {
                  if (feeds.get(subscription.filter()) == Feed.this) {
                    broker.queries().askAgain(session.lane(), question, this);
                  }
                }
              });
    }

    private List<Message> read(GroupQueries queries, long seq, int limit) {
      GroupQueries.EventPage page = queries.eventPage(group, seq, limit);
      List<Message> messages = new ArrayList<>(limit);
      if (page.startSeq() > seq) {
        messages.add(GroupFeed.prunedMessageOf(group, page.startSeq()));
      }
      for (GroupEvent event : page.events()) {
        if (messages.size() < limit) {
          messages.add(GroupFeed.messageOf(event, broker.eventJson()));
        }
      }
      return messages;
    }
  }
}
