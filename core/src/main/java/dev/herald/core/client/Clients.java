package dev.herald.core.client;

import dev.herald.core.client.PendingNotifications.Pending;
import dev.herald.core.client.UserPresence.Online;
import dev.herald.core.error.HeraldException;
import dev.herald.core.metric.Metrics;
import dev.herald.core.route.Router;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connected clients of one app that registered something or take notifications, found by user,
 * device and tag.
 *
 * <p>A client comes, changes and goes on its own lane. A notification is given to those lanes that
 * may have clients for it, one task each; on the lane the condition with the fewest clients is gone
 * through, and each of them is held against the others. So its cost grows with the clients that the
 * smallest condition has, not with those that are connected.
 *
 * <p>One that waits is noted before it is given to the lanes, with a mark for each client that had
 * it. Whoever comes to a client first, the notification or the client's look at what waits, makes
 * the mark; so none is missed and none comes twice, on whichever lane the client is by then.
 */
public final class Clients {
  private static final Logger LOG = System.getLogger(Clients.class.getName());

  private final String appId;
  private final Router router;
  private final Shared shared;
  private final ClientIndex users;
  private final ClientIndex devices;
  private final ClientIndex tags;
  private final ClientSet listening;
  private final PendingNotifications pending;
  private volatile boolean watched;

  /**
   * Makes an app's clients: none yet.
   *
   * @param appId the app
   * @param router whose lanes clients are on
   * @param shared what the clients of all apps share
   */
  public Clients(String appId, Router router, Shared shared) {
    this.appId = appId;
    this.router = router;
    this.shared = shared;
    this.users = new ClientIndex(router.laneCount());
    this.devices = new ClientIndex(router.laneCount());
    this.tags = new ClientIndex(router.laneCount());
    this.listening = new ClientSet(router.laneCount());
    this.pending = new PendingNotifications(shared.settings, shared.counters);
  }

  // ---- clients, each on its lane

  /** Has a client that was not present be so. On its lane. */
  public void join(Client client, Registration registration) {
    client.setRegistration(registration);
    client.markPresent(shared.clock.millis());
    enterUser(client, registration);
    if (registration.device() != null) {
      devices.add(registration.device(), client);
    }
    registration.tags().forEach(tag -> tags.add(tag, client));
  }

  /** Gives a present client another registration. On its lane. */
  public void change(Client client, Registration next) {
    Registration before = client.registration();
    if (next.equals(before)) {
      return;
    }
    boolean sameDevice = Objects.equals(before.device(), next.device());
    if (!before.userId().equals(next.userId())) {
      leaveUser(client, before);
      client.setRegistration(next);
      enterUser(client, next);
    } else if (!sameDevice && !next.userId().isEmpty()) {
      users.add(
          next.userId(),
          client,
          () -> {
            client.setRegistration(next);
            tell(client, next, true);
          });
    } else {
      client.setRegistration(next);
    }
    if (!sameDevice) {
      changeDevice(client, before, next);
    }
    changeTags(client, before.tags(), next.tags());
    if (client.isListening()) {
      offerPending(client, 0);
    }
  }

  private void changeDevice(Client client, Registration before, Registration next) {
    if (before.device() != null) {
      devices.remove(before.device(), client);
    }
    if (next.device() != null) {
      devices.add(next.device(), client);
    }
  }

  private void changeTags(Client client, Collection<String> before, Collection<String> next) {
    for (String tag : before) {
      if (!next.contains(tag)) {
        tags.remove(tag, client);
      }
    }
    for (String tag : next) {
      if (!before.contains(tag)) {
        tags.add(tag, client);
      }
    }
  }

  /** Has a client not be present any more; does nothing if it is not. On its lane. */
  public void leave(Client client) {
    if (!client.isPresent()) {
      return;
    }
    unlisten(client);
    Registration before = client.registration();
    leaveUser(client, before);
    if (before.device() != null) {
      devices.remove(before.device(), client);
    }
    before.tags().forEach(tag -> tags.remove(tag, client));
    client.markGone();
  }

  /** Has a present client take notifications, those first that wait for it. On its lane. */
  public void listen(Client client) {
    if (!client.isListening()) {
      client.setListening(true);
      listening.add(client);
    }
    offerPending(client, 0);
  }

  /** Offers a client what it was not ready for and what waits for it still. On its lane. */
  public void catchUp(Client client) {
    if (client.isListening() && client.isBehind()) {
      offerPending(client, client.behindFrom());
    }
  }

  /** Has a client take no notifications any more. On its lane. */
  public void unlisten(Client client) {
    if (client.isListening()) {
      client.setListening(false);
      listening.remove(client);
    }
  }

  private void enterUser(Client client, Registration registration) {
    String userId = registration.userId();
    if (!userId.isEmpty()) {
      users.add(
          userId,
          client,
          () -> {
            shared.lastSeen.came(appId, userId);
            tell(client, registration, true);
          });
    }
  }

  private void leaveUser(Client client, Registration registration) {
    String userId = registration.userId();
    if (!userId.isEmpty()) {
      users.remove(
          userId,
          client,
          othersLeft -> {
            if (!othersLeft) {
              shared.lastSeen.went(appId, userId, shared.clock.millis());
            }
            tell(client, registration, false);
          });
    }
  }

  // ---- presence

  /** Has changes of presence be told, or not. */
  public void setWatched(boolean whether) {
    watched = whether;
  }

  /** Tells a change, while its user is held: so those of one user are told in their order. */
  private void tell(Client client, Registration registration, boolean online) {
    if (!watched) {
      return;
    }
    try {
      shared.told.accept(
          new PresenceEvent(
              appId,
              registration.userId(),
              client.id(),
              registration.device(),
              online,
              shared.clock.millis()));
    } catch (HeraldException stopping) {
      LOG.log(Level.DEBUG, "presence.not_told app=" + appId, stopping);
    }
  }

  /** Returns which clients of a user are online on this node. From any thread. */
  public UserPresence presence(String userId) {
    List<Online> online = new ArrayList<>();
    users.read(
        userId,
        clients -> {
          for (Client client : clients) {
            online.add(new Online(client.id(), client.registration().device(), client.sinceMs()));
          }
        });
    return new UserPresence(userId, online, shared.lastSeen.of(appId, userId));
  }

  /**
   * Returns the identifiers of the clients that have a tag, on this node. From any thread; of those
   * that get or lose it meanwhile some are among them. Nobody waits for this, however many they
   * are.
   */
  public Set<String> tagged(String tag) {
    Set<String> ids = new HashSet<>();
    tags.forEach(tag, client -> ids.add(client.id()));
    return ids;
  }

  // ---- notifications

  /**
   * Gives a notification to the clients it is for. From any thread; does not wait for them.
   *
   * @param done is told whom it reached, once, on a lane or the calling thread
   */
  public void deliver(Notification notification, Consumer<Reach> done) {
    Pending kept = notification.waits() ? pending.add(notification, shared.clock.millis()) : null;
    long lanes = lanes(notification.targets());
    AtomicInteger lanesLeft = new AtomicInteger(Long.bitCount(lanes));
    LongAdder reached = new LongAdder();
    if (lanes == 0) {
      done.accept(new Reach(0, kept != null));
      return;
    }
    router.runOn(
        lanes,
        notification.message().weight(),
        lane -> {
          reached.add(deliverOn(lane, notification, kept));
          if (lanesLeft.decrementAndGet() == 0) {
            done.accept(new Reach(reached.sum(), kept != null));
          }
        });
  }

  /** Returns the lanes that may have clients of any target, a bit for each. */
  private long lanes(List<Target> targets) {
    long lanes = 0;
    for (Target target : targets) {
      long some = listening.lanes();
      some &= target.users().isEmpty() ? -1 : users.lanes(target.users());
      some &= target.devices().isEmpty() ? -1 : devices.lanes(target.devices());
      some &= target.anyTags().isEmpty() ? -1 : tags.lanes(target.anyTags());
      for (String tag : target.allTags()) {
        some &= tags.lanes(tag);
      }
      lanes |= some;
    }
    return lanes;
  }

  private int deliverOn(int lane, Notification notification, @Nullable Pending kept) {
    List<Client> matched = new ArrayList<>();
    for (Target target : notification.targets()) {
      smallest(lane, target)
          .forEach(client -> {
            if (client.isListening()
                && target.matches(client.registration())
                && client.matchedFirstBy(notification.id())) {
              matched.add(client);
            }
          });
    }
    int reached = 0;
    for (Client client : matched) {
      reached += give(client, notification, kept) ? 1 : 0;
    }
    return reached;
  }

  /** Returns the condition of a target that has the fewest clients on a lane; on that lane. */
  private Condition smallest(int lane, Target target) {
    Condition smallest = new Condition(lane, null, List.of());
    int fewest = listening.on(lane).size();
    List<Condition> conditions = new ArrayList<>(4);
    conditions.add(new Condition(lane, users, target.users()));
    conditions.add(new Condition(lane, devices, target.devices()));
    conditions.add(new Condition(lane, tags, target.anyTags()));
    for (String tag : target.allTags()) {
      conditions.add(new Condition(lane, tags, List.of(tag)));
    }
    for (Condition condition : conditions) {
      int size = condition.names.isEmpty() ? Integer.MAX_VALUE : condition.size();
      if (size < fewest) {
        fewest = size;
        smallest = condition;
      }
    }
    return smallest;
  }

  /**
   * Offers a client what waits for it, for as long as it is ready.
   *
   * @param fromId the least number that is offered
   */
  private void offerPending(Client client, long fromId) {
    client.catchUp();
    for (Pending waiting : pending.of(client.registration(), fromId, shared.clock.millis())) {
      boolean _ = give(client, waiting.notification, waiting);
      if (client.isBehind()) {
        return;
      }
    }
  }

  /** Hands a client a notification; returns whether it has it now. */
  private boolean give(Client client, Notification notification, @Nullable Pending kept) {
    if (!client.isListening()) {
      return false; // it went while others were served
    }
    if (kept != null && !client.hasRoomFor(notification.message())) {
      client.fallBehind(notification.id());
      return false;
    }
    if (kept == null && !client.isReady()) {
      shared.counters.missed.increment();
      return false;
    }
    if (!client.accepts(notification.message())) {
      return false;
    }
    if (kept != null && !pending.isFirstFor(kept, client.id())) {
      return true;
    }
    client.take(notification.message());
    shared.counters.delivered.increment();
    return true;
  }

  /** Forgets what waited for longer than it was to. */
  public void removeExpired(long nowMs) {
    pending.removeExpired(nowMs);
  }

  /** Returns how many notifications wait. */
  public int pendingCount() {
    return pending.size();
  }

  /** Returns how many bytes the notifications take that wait. */
  public long pendingBytes() {
    return pending.bytes();
  }

  /** Returns how many users, devices and tags have clients. */
  int names() {
    return users.size() + devices.size() + tags.size();
  }

  /** The clients of a lane that have one of some names; all that listen for no index. */
  private final class Condition {
    private final int lane;
    private final @Nullable ClientIndex index;
    private final Collection<String> names;

    Condition(int lane, @Nullable ClientIndex index, Collection<String> names) {
      this.lane = lane;
      this.index = index;
      this.names = names;
    }

    int size() {
      return index == null ? listening.on(lane).size() : index.sizeOn(lane, names);
    }

    void forEach(Consumer<Client> each) {
      if (index == null) {
        listening.on(lane).forEach(each);
      } else {
        names.forEach(name -> index.on(lane, name).forEach(each));
      }
    }
  }

  /**
   * What became of a notification.
   *
   * @param clients how many clients were handed it
   * @param kept whether it waits for others
   */
  public record Reach(long clients, boolean kept) {}

  /**
   * What the clients of all apps share.
   *
   * @param settings the limits
   * @param counters what is counted
   * @param lastSeen when users were last seen
   * @param told takes changes of presence; must not block, nor call back
   * @param clock the time
   */
  public record Shared(
      NotificationSettings settings,
      NotificationCounters counters,
      LastSeen lastSeen,
      Consumer<PresenceEvent> told,
      InstantSource clock) {

    /** Makes it of settings. */
    public static Shared of(
        NotificationSettings settings,
        int lastSeenMax,
        Metrics metrics,
        Consumer<PresenceEvent> told,
        InstantSource clock) {
      return new Shared(
          settings,
          new NotificationCounters(metrics),
          new LastSeen(lastSeenMax, metrics),
          told,
          clock);
    }
  }
}
