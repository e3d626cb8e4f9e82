package dev.herald.http;

import dev.herald.core.app.App;
import dev.herald.core.consumer.Allowance;
import dev.herald.core.consumer.Consumer;
import dev.herald.core.consumer.Delivery;
import dev.herald.core.consumer.Member;
import dev.herald.core.consumer.SharedFilter;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;
import dev.herald.http.HttpConsumers.Ending;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A member of a consumer group whose client takes messages over HTTP. Owned by its lane, but for
 * what never changes.
 *
 * <p>It asks its group for messages only while a {@link ConsumerReader} wants some: a request that
 * waits, or a stream that keeps up. So nothing is kept from other members, and no time to answer
 * runs, while its client is busy. What the group gave beyond that goes back to it, for whoever
 * reads next; but for QoS 0, which waits here.
 *
 * <p>A message is the consumer's until its client answers, or the group takes it back because that
 * takes too long. Of a message that was taken back the client may still say that it has consumed
 * it, until it reads on: then its place is given to new messages.
 */
final class HttpConsumer implements Consumer {
  /** How many bytes of messages a reader is given at a time, but for the last message. */
  static final int BATCH_BYTES = 256 << 10;

  private final HttpConsumers consumers;
  private final App app;
  private final SharedFilter filter;
  private final String id;
  private final String clientId;
  private final int inflightMax;

  /** What the client has not answered, sent or not, by its delivery id. */
  private final Map<Long, Given> unanswered = new HashMap<>();

  private final ArrayDeque<Given> waiting = new ArrayDeque<>(0);
  private long waitingBytes;
  private long lastId;

  /** Null before it joins, and once it has left. */
  private @Nullable Member member;

  private @Nullable ConsumerReader reader;

  /** Whether the group was told that messages are wanted. */
  private boolean asks;

  /** Whether a task is on its way that gives the reader what waits. */
  private boolean isServing;

  /** For how many seconds there was no request. */
  private long quietSeconds;

  HttpConsumer(
      HttpConsumers consumers,
      App app,
      SharedFilter filter,
      String id,
      String clientId,
      int inflightMax) {
    this.consumers = consumers;
    this.app = app;
    this.filter = filter;
    this.id = id;
    this.clientId = clientId;
    this.inflightMax = inflightMax;
  }

  /** Returns the id by which its client names it, which nobody else can guess. */
  String id() {
    return id;
  }

  String appId() {
    return app.id();
  }

  /** Returns how many messages it may have unanswered. */
  int inflightMax() {
    return inflightMax;
  }

  /** Returns how long its client may take to answer, in seconds. */
  long ackSeconds() {
    return app.consumers().ackTimeout().toSeconds();
  }

  /** Returns whether it is a member of a group of an app. */
  boolean isIn(String ofApp, String ofFilter) {
    return app.id().equals(ofApp) && filter.text().equals(ofFilter);
  }

  @Override
  public String clientId() {
    return clientId;
  }

  @Override
  public Lane lane() {
    return consumers.lane();
  }

  /** Joins its group; is given nothing before somebody reads. */
  void join() {
    Allowance allowance = new Allowance(inflightMax, consumers.settings().bytesMax());
    member = app.consumers().join(filter, this, allowance);
  }

  // ---- reading

  /**
   * Has somebody read from now on, instead of whoever reads now.
   *
   * @throws HeraldException NOT_FOUND if it has left
   */
  void read(ConsumerReader next) {
    Member present = present();
    ConsumerReader before = reader;
    reader = next;
    if (before != null) {
      before.end(
          new HeraldException(
              ErrorCode.READER_REPLACED, "another request reads for this consumer now"));
    }
    forgetTaken();
    serve();
    ask();
    if (!next.waits()) {
      // after what the group gives now, on whichever lane it is
      present.groupLane().run(() -> consumers.lane().run(() -> stopReading(next)));
    }
  }

  /** Ends a reader that is the present one, without messages. */
  void stopReading(ConsumerReader present) {
    if (present.equals(reader)) {
      serve();
    }
    if (present.equals(reader)) {
      endReader();
      present.end(null);
    }
  }

  /** The connection of a reader is lost: the consumer has gone if it read a stream. */
  void lost(ConsumerReader of) {
    if (!of.equals(reader)) {
      return;
    }
    if (of.isStream()) {
      leave(Ending.CONNECTION);
    } else {
      endReader();
    }
  }

  private void endReader() {
    reader = null;
    quietSeconds = 0;
    declineWaiting();
    ask();
  }

  /** Gives back what nobody reads, so that others can have it; QoS 0 waits for the next reader. */
  private void declineWaiting() {
    List<Given> unread = waiting.stream().filter(given -> given.delivery() != null).toList();
    waiting.removeIf(given -> given.delivery() != null);
    for (Given given : unread) {
      waitingBytes -= given.message().weight();
      if (isUnanswered(given)) {
        unanswered.remove(given.id());
        decline(given.held());
      }
    }
  }

  private void decline(Delivery delivery) {
    asks = false; // its member is busy by that
    delivery.declined();
  }

  /** Tells the group whether messages are wanted, if that has changed. */
  private void ask() {
    ConsumerReader to = reader;
    Member present = member;
    boolean wants = to != null && waiting.size() < to.limit() && waitingBytes < BATCH_BYTES;
    if (present == null || wants == asks) {
      return;
    }
    asks = wants;
    if (wants) {
      present.ready();
    } else {
      present.busy();
    }
  }

  /** Gives the reader what waits, if it can take it now. */
  void serve() {
    ConsumerReader to = reader;
    if (to == null || !to.isReady()) {
      return;
    }
    List<Given> batch = batch(to.limit());
    if (!batch.isEmpty()) {
      to.give(batch);
      if (!to.isStream()) {
        endReader();
      }
    }
    ask();
  }

  private List<Given> batch(int limit) {
    long now = consumers.clock().millis();
    List<Given> batch = new ArrayList<>();
    long bytes = 0;
    while (!waiting.isEmpty() && batch.size() < limit && bytes < BATCH_BYTES) {
      Given next = waiting.remove();
      Message message = next.message();
      waitingBytes -= message.weight();
      if (message.expiresAtMs() <= now) {
        expire(next);
      } else if (next.delivery() == null || isUnanswered(next)) {
        next.sent();
        bytes += message.weight();
        batch.add(next);
      }
    }
    return batch;
  }

  private void expire(Given given) {
    if (given.delivery() == null) {
      consumers.dropped().increment();
    } else if (unanswered.remove(given.id(), given)) {
      given.held().expired();
    }
  }

  /** Returns whether the client may still answer; one that was taken back is given up. */
  private boolean isUnanswered(Given given) {
    if (unanswered.get(given.id()) != given) {
      return false;
    }
    if (given.isTaken()) {
      drop(given);
      return false;
    }
    return true;
  }

  /** Takes back messages that could not be sent: the next reader gets them first. */
  void giveBack(List<Given> batch) {
    for (Given given : batch.reversed()) {
      if (member != null && (given.delivery() == null || isUnanswered(given))) {
        waiting.addFirst(given);
        waitingBytes += given.message().weight();
      }
    }
    if (reader == null) {
      declineWaiting();
    }
    serveSoon();
    ask();
  }

  // ---- what the group gives

  @Override
  public void take(Message message) {
    if (waitingBytes < consumers.settings().bytesMax()) {
      hold(new Given(0, message, null));
    } else {
      consumers.dropped().increment();
    }
  }

  @Override
  public void take(Delivery delivery) {
    if (reader == null) {
      decline(delivery);
      return;
    }
    Given given = new Given(++lastId, delivery.message(), delivery);
    unanswered.put(given.id(), given);
    hold(given);
  }

  private void hold(Given given) {
    waiting.add(given);
    waitingBytes += given.message().weight();
    serveSoon();
    ask();
  }

  /** Serves the reader when what comes now has come, so that it is given all of it together. */
  private void serveSoon() {
    if (!isServing && reader != null) {
      isServing = true;
      try {
        lane()
            .execute(() -> {
              isServing = false;
              serve();
            });
      } catch (RejectedExecutionException stopped) {
        // the server stops, its client was told
      }
    }
  }

  @Override
  public void handedOver() {
    Set<Given> taken = waiting.stream().filter(Given::isTaken).collect(Collectors.toSet());
    waiting.removeAll(taken);
    for (Given given : taken) {
      waitingBytes -= given.message().weight();
      drop(given);
    }
    ConsumerReader to = reader;
    if (to != null && !to.isStream()) {
      forgetTaken();
    }
    ask();
  }

  /** Gives up what the group took back, so that its places are for what is read now. */
  private void forgetTaken() {
    unanswered.values().stream().filter(Given::isTaken).toList().forEach(this::drop);
  }

  private void drop(Given taken) {
    unanswered.remove(taken.id());
    if (taken.delivery() != null) {
      taken.held().dropped();
    }
  }

  // ---- what the client says

  /**
   * Takes what the client says to messages.
   *
   * @param said each message once
   * @param taken is completed when the group has taken it
   * @throws HeraldException NOT_FOUND if it has left
   */
  void take(Replies said, CompletableFuture<Replies.Outcomes> taken) {
    Member present = present();
    Replies.Outcomes outcomes = new Replies.Outcomes();
    List<Given> acknowledged = of(said.acknowledge(), outcomes);
    List<Given> refused = of(said.refuse(), outcomes);
    List<Given> extended = of(said.extend(), outcomes);
    for (Given given : acknowledged) {
      unanswered.remove(given.id());
      given.held().acknowledged();
    }
    for (Given given : refused) {
      unanswered.remove(given.id());
      outcomes.note(given, outcomes.refused);
      given.held().refused();
    }
    if (!extended.isEmpty()) {
      present.extend(extended.stream().map(Given::held).toList());
    }
    present
        .groupLane()
        .run(() -> {
          acknowledged.forEach(given -> outcomes.note(given, outcomes.acknowledged));
          extended.forEach(given -> outcomes.note(given, outcomes.extended));
          taken.complete(outcomes);
        });
  }

  /** Returns what the client has of some ids; notes the others. */
  private List<Given> of(List<Long> ids, Replies.Outcomes outcomes) {
    List<Given> found = new ArrayList<>(ids.size());
    for (Long each : ids) {
      Given given = unanswered.get(each);
      if (given != null && given.wasSent()) {
        found.add(given);
      } else {
        boolean wasGiven = given == null && each >= 1 && each <= lastId;
        (wasGiven ? outcomes.gone : outcomes.unknown).add(each);
      }
    }
    return found;
  }

  // ---- the end

  /** Leaves its group; what its client has not answered goes to others. Later calls do nothing. */
  void leave(Ending why) {
    Member present = member;
    if (present == null) {
      return;
    }
    member = null;
    consumers.left(this, why);
    List<Delivery> unfinished = new ArrayList<>(unanswered.size());
    for (Given given : unanswered.values()) {
      unfinished.add(given.held());
    }
    unanswered.clear();
    waiting.stream()
        .filter(given -> given.delivery() == null)
        .forEach(given -> consumers.dropped().increment());
    waiting.clear();
    present.leave(unfinished, false);
    ConsumerReader to = reader;
    reader = null;
    if (to != null) {
      to.end(why.refusal());
    }
  }

  /** A second has passed. */
  void tick() {
    ConsumerReader to = reader;
    long lease = consumers.settings().lease().toSeconds();
    if (to == null) {
      quietSeconds++;
      if (quietSeconds > lease) {
        leave(Ending.LEASE);
      }
    } else if (to.tick() > lease) {
      leave(Ending.SLOW);
    }
  }

  private Member present() {
    Member present = member;
    if (present == null) {
      throw Ending.notFound();
    }
    quietSeconds = 0;
    return present;
  }
}
