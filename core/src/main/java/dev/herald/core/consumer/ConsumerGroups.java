package dev.herald.core.consumer;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.route.Lane;
import dev.herald.core.route.Router;
import dev.herald.core.route.TopicTree;
import dev.herald.core.topic.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The consumer groups of one app. A group is there from its first member's joining to its last
 * member's leaving, and in the topic tree as long. Thread-safe.
 *
 * <p>Members are counted when they join, before their group hears of it: so a group does not end
 * while somebody is on the way to it. Coming to be and ending are done under the map's lock for the
 * group's filter, which takes the topic tree's lock inside.
 */
public final class ConsumerGroups {
  private final ConcurrentMap<String, ConsumerGroup> groups = new ConcurrentHashMap<>();

  /** How many there are, with those about to be. */
  private final AtomicInteger places = new AtomicInteger();

  /** The congested groups of each filter. */
  private final Map<String, Set<ConsumerGroup>> congested = new ConcurrentHashMap<>();

  private final TopicTree topics;
  private final Router router;
  private final ConsumerSettings settings;
  private final ConsumerCounters counters;
  private final DeadLetters deadLetters;
  private volatile boolean anyCongested;

  /**
   * Makes an app without groups.
   *
   * @param topics the app's subscriptions
   * @param router brings messages to members on other lanes
   * @param settings the bounds of each group
   * @param counters what is counted
   */
  public ConsumerGroups(
      TopicTree topics, Router router, ConsumerSettings settings, ConsumerCounters counters) {
    this.topics = topics;
    this.router = router;
    this.settings = settings;
    this.counters = counters;
    this.deadLetters = new DeadLetters(topics, router, settings.deadLetterTopic(), counters);
  }

  /**
   * Joins a group, which comes to be on the consumer's lane if it is not there. A publish that
   * starts after this returned goes to a member, or waits for one; the new member is given nothing
   * before it is {@link Member#ready()}. On the consumer's lane.
   *
   * @param filter names the group
   * @param consumer takes the messages
   * @param allowance how much may be under way to it unanswered, from all its groups
   * @throws HeraldException QUOTA_EXCEEDED if the group is not there and the app has as many as it
   *     may have
   */
  public Member join(SharedFilter filter, Consumer consumer, Allowance allowance) {
    ConsumerGroup group =
        groups.compute(
            filter.text(),
            (text, present) -> {
              ConsumerGroup one = present == null ? start(filter, consumer) : present;
              int claims = one.claims + 1;
              one.claims = claims;
              return one;
            });
    Member member = new Member(group, consumer, allowance);
    group.join(member);
    return member;
  }

  private ConsumerGroup start(SharedFilter filter, Consumer consumer) {
    int before = places.getAndUpdate(count -> count < settings.groupsMax() ? count + 1 : count);
    if (before >= settings.groupsMax()) {
      counters.groupsMax.increment();
      throw new HeraldException(
          ErrorCode.QUOTA_EXCEEDED, "the app has as many consumer groups as it may have");
    }
    ConsumerGroup group =
        new ConsumerGroup(this, filter, consumer.lane(), router, settings, counters);
    topics.add(group.subscription());
    counters.groups.incrementAndGet();
    return group;
  }

  /** Takes back one member's claim; returns whether it was the last. On the group's lane. */
  boolean release(ConsumerGroup group) {
    return groups.compute(
            group.filter().text(),
            (text, present) -> {
              if (present != group) {
                throw new IllegalStateException("not a group of this app: " + text);
              }
              int left = group.claims - 1;
              group.claims = left;
              if (left > 0) {
                return group;
              }
              topics.remove(group.subscription());
              counters.groups.decrementAndGet();
              places.decrementAndGet();
              return null;
            })
        == null;
  }

  /**
   * Returns a group that takes messages of a topic and is congested, or null. Who publishes more to
   * the topic than can be lost should wait until it {@link ConsumerGroup#isCongested()} no more.
   *
   * @param topic a valid topic name
   */
  public @Nullable ConsumerGroup congestedBy(String topic) {
    if (anyCongested) {
      for (Map.Entry<String, Set<ConsumerGroup>> each : congested.entrySet()) {
        if (Topics.matches(each.getKey(), topic)) {
          Iterator<ConsumerGroup> groups = each.getValue().iterator();
          if (groups.hasNext()) {
            return groups.next();
          }
        }
      }
    }
    return null;
  }

  /** Notes whether a group is congested. On the group's lane. */
  void congestionChanged(ConsumerGroup group) {
    String filter = group.filter().filter();
    synchronized (congested) {
      if (group.isCongested()) {
        congested.computeIfAbsent(filter, of -> ConcurrentHashMap.newKeySet()).add(group);
      } else {
        congested.computeIfPresent(
            filter,
            (of, groups) -> {
              groups.remove(group);
              return groups.isEmpty() ? null : groups;
            });
      }
      anyCongested = !congested.isEmpty();
    }
  }

  /**
   * A second has passed: every group takes back, on its lane, what members had for too long. To be
   * called once a second, from any thread.
   */
  public void tick() {
    if (groups.isEmpty()) {
      return;
    }
    Map<Lane, List<ConsumerGroup>> byLane = new HashMap<>();
    for (ConsumerGroup group : groups.values()) {
      byLane.computeIfAbsent(group.lane(), lane -> new ArrayList<>()).add(group);
    }
    byLane.forEach((lane, of) -> {
      try {
        lane.execute(() -> of.forEach(ConsumerGroup::tick));
      } catch (RejectedExecutionException stopped) {
        // its groups ended with it
      }
    });
  }

  DeadLetters deadLetters() {
    return deadLetters;
  }

  /** Returns how long a member may take to answer, or to ask for more time; whole seconds. */
  public Duration ackTimeout() {
    return settings.ackTimeout();
  }

  /** Returns whether there is any group. */
  public boolean isEmpty() {
    return groups.isEmpty();
  }

  /** Returns the group of a filter that is there now, or null. */
  @Nullable ConsumerGroup find(SharedFilter filter) {
    return groups.get(filter.text());
  }

  /**
   * Returns a part of the groups as they are now, in the order of their filters (UTF-16 code
   * units).
   *
   * @param after the filter after which the page begins; empty for the first page
   * @param limit how many at most, 1 or greater
   * @return completes on any lane
   */
  public CompletableFuture<GroupView.Page> page(String after, int limit) {
    List<String> filters =
        groups.keySet().stream()
            .filter(filter -> filter.compareTo(after) > 0)
            .sorted()
            .limit(limit)
            .toList();
    String next = filters.size() < limit ? null : filters.getLast();
    List<CompletableFuture<Optional<GroupView.Summary>>> asked =
        filters.stream().map(filter -> ask(filter, group -> group.view(false).summary())).toList();
    return CompletableFuture.allOf(asked.toArray(new CompletableFuture<?>[0]))
        .thenApply(all ->
            new GroupView.Page(asked.stream().flatMap(one -> one.join().stream()).toList(), next));
  }

  /**
   * Returns a group and its members as they are now, empty if there is none.
   *
   * @param filter the whole filter that names it
   * @return completes on any lane
   */
  public CompletableFuture<Optional<GroupView>> view(String filter) {
    return ask(filter, group -> group.view(true));
  }

  private <T> CompletableFuture<Optional<T>> ask(
      String filter, Function<ConsumerGroup, T> question) {
    ConsumerGroup group = groups.get(filter);
    if (group == null) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    CompletableFuture<Optional<T>> answer = new CompletableFuture<>();
    try {
      group.lane().execute(() -> answer.complete(Optional.of(question.apply(group))));
    } catch (RejectedExecutionException stopped) {
      answer.complete(Optional.empty());
    }
    return answer;
  }

  /** Returns how many groups there are. */
  public int size() {
    return groups.size();
  }
}
