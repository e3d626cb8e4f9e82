package dev.herald.core.presence;

import dev.herald.core.app.App;
import dev.herald.core.app.Apps;
import dev.herald.core.app.Permissions;
import dev.herald.core.app.Permissions.Action;
import dev.herald.core.app.Permissions.Caller;
import dev.herald.core.bus.Answers;
import dev.herald.core.bus.Bus;
import dev.herald.core.bus.BusMessage;
import dev.herald.core.bus.Nodes;
import dev.herald.core.client.ClientDocuments;
import dev.herald.core.client.ClientTopics;
import dev.herald.core.client.PresenceEvent;
import dev.herald.core.client.UserPresence;
import dev.herald.core.client.UserPresence.Online;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupLimits;
import dev.herald.core.id.MessageIds;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.MessageProperties.PayloadFormat;
import dev.herald.core.route.Router;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Tells who is online. A question goes over the bus to all nodes. Changes are published to {@code
 * $presence/{userId}} of the app; they are put on the bus only while some node has a subscriber of
 * the app's presence, so that apps where nobody looks pay nothing. Thread-safe.
 */
public final class Presence implements AutoCloseable {
  /** How long a node may take to tell who is online there. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private static final String JSON = "application/json";
  private static final Logger LOG = System.getLogger(Presence.class.getName());

  private final Bus bus;
  private final Apps apps;
  private final Router router;
  private final MessageIds ids;
  private final Nodes nodes;
  private final Permissions permissions;
  private final ClientDocuments documents;
  private final Answers<UserPresence> answers;

  /** How many subscriptions of an app's presence this node has; guarded by this object. */
  private final Map<String, Integer> watchers = new HashMap<>();

  /** Which nodes want to be told of an app; guarded by this object. */
  private final Map<String, Set<String>> interested = new HashMap<>();

  private Bus.@Nullable Registration registration;

  /**
   * Makes presence that is not started.
   *
   * @param bus carries questions and changes
   * @param apps the apps with their clients
   * @param router brings changes to subscribers
   * @param ids makes the numbers of questions
   * @param nodes who answers
   * @param permissions who may ask
   * @param documents what subscribers are told in
   */
  public Presence(
      Bus bus,
      Apps apps,
      Router router,
      MessageIds ids,
      Nodes nodes,
      Permissions permissions,
      ClientDocuments documents) {
    this.bus = bus;
    this.apps = apps;
    this.router = router;
    this.ids = ids;
    this.nodes = nodes;
    this.permissions = permissions;
    this.documents = documents;
    this.answers = new Answers<>(nodes, PATIENCE);
  }

  /** Starts to answer and to tell changes. */
  public synchronized void start() {
    registration = bus.subscribe(this::take);
  }

  @Override
  public synchronized void close() {
    if (registration != null) {
      registration.close();
    }
  }

  // ---- questions

  /**
   * Finds out who of a user is online.
   *
   * @param caller who asks, about a user of its own app
   * @return completes when all nodes have answered, or have taken too long; on a thread that must
   *     not be blocked
   * @throws HeraldException NOT_AUTHORIZED, FIELD_INVALID, or SHUTTING_DOWN
   */
  public CompletionStage<UserPresence> of(Caller caller, String userId) {
    GroupLimits.checkId("appId", caller.appId());
    GroupLimits.checkId("userId", userId);
    check(caller);
    long question = ids.next();
    var gathered = answers.of(question);
    bus.publish(new PresenceMessage.Asked(caller.appId(), nodes.own(), question, userId));
    return gathered.thenApply(all -> together(userId, all.answers()));
  }

  /**
   * Checks whether a caller may know who is online.
   *
   * @throws HeraldException NOT_AUTHORIZED
   */
  public void check(Caller caller) {
    permissions.check(caller, Action.SEE_PRESENCE);
  }

  private static UserPresence together(String userId, List<UserPresence> all) {
    List<Online> online = new ArrayList<>();
    all.forEach(one -> online.addAll(one.clients()));
    long lastSeenMs = all.stream().mapToLong(UserPresence::lastSeenMs).max().orElse(0);
    return new UserPresence(userId, online, lastSeenMs);
  }

  private void answer(PresenceMessage.Asked asked) {
    App app = apps.find(asked.appId());
    UserPresence here =
        app == null
            ? new UserPresence(asked.userId(), List.of(), 0)
            : app.clients().presence(asked.userId());
    bus.publish(new PresenceMessage.Told(asked.appId(), asked.question(), nodes.own(), here));
  }

  // ---- subscribers

  /** Notes a subscription of an app's presence on this node, before it is made. */
  public synchronized void watch(String appId) {
    if (watchers.merge(appId, 1, Integer::sum) == 1) {
      announce(appId, true);
    }
  }

  /** Notes the end of a subscription of an app's presence on this node. */
  public synchronized void unwatch(String appId) {
    if (watchers.merge(appId, -1, Integer::sum) == 0) {
      watchers.remove(appId);
      announce(appId, false);
    }
  }

  private void announce(String appId, boolean wanted) {
    try {
      bus.publish(new PresenceMessage.Interest(appId, nodes.own(), wanted));
    } catch (HeraldException stopping) {
      LOG.log(Level.DEBUG, "presence.not_announced app=" + appId, stopping);
    }
  }

  /**
   * Returns who of a user is online on this node, as the message that is told first to a subscriber
   * of the user's presence.
   */
  public Message stateOf(App app, String userId) {
    return message(userId, documents.state(app.clients().presence(userId)));
  }

  private static Message message(String userId, byte[] document) {
    return new Message(
        ClientTopics.presenceOf(userId),
        document,
        1,
        false,
        new MessageProperties(PayloadFormat.UTF8, JSON, null, null, List.of()),
        Message.NEVER,
        null);
  }

  // ---- from the bus

  private void take(BusMessage message) {
    switch (message) {
      case PresenceEvent event -> show(event);
      case PresenceMessage.Interest interest -> note(interest);
      case PresenceMessage.Asked asked -> answer(asked);
      case PresenceMessage.Told told -> answers.take(told.question(), told.node(), told.presence());
      default -> {}
    }
  }

  private void show(PresenceEvent event) {
    App app = apps.find(event.appId());
    if (app != null) {
      // the user is held by whoever tells
      router.publishLater(app.topics(), message(event.userId(), documents.event(event)));
    }
  }

  private synchronized void note(PresenceMessage.Interest interest) {
    Set<String> of = interested.computeIfAbsent(interest.appId(), key -> new HashSet<>(2));
    if (interest.wanted()) {
      of.add(interest.node());
    } else {
      of.remove(interest.node());
    }
    if (of.isEmpty()) {
      interested.remove(interest.appId());
    }
    apps.get(interest.appId()).clients().setWatched(!of.isEmpty());
  }
}
