package dev.herald.core.notification;

import dev.herald.core.app.App;
import dev.herald.core.app.Apps;
import dev.herald.core.app.Permissions;
import dev.herald.core.app.Permissions.Action;
import dev.herald.core.app.Permissions.Caller;
import dev.herald.core.bus.Answers;
import dev.herald.core.bus.Answers.Gathered;
import dev.herald.core.bus.Bus;
import dev.herald.core.bus.BusMessage;
import dev.herald.core.bus.Nodes;
import dev.herald.core.client.ClientTopics;
import dev.herald.core.client.Clients;
import dev.herald.core.client.Clients.Reach;
import dev.herald.core.client.Notification;
import dev.herald.core.client.NotificationCounters.Limit;
import dev.herald.core.client.NotificationDraft;
import dev.herald.core.client.NotificationOutcome;
import dev.herald.core.client.Registration;
import dev.herald.core.client.Target;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupLimits;
import dev.herald.core.id.MessageIds;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.MessageProperties.PayloadFormat;
import dev.herald.core.route.Router;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Sends notifications. A notification is checked and put on the bus; each node gives it to its own
 * clients and tells, over the bus as well, whom it reached. Thread-safe.
 */
public final class Notifications implements AutoCloseable {
  /** How long a node may take to tell whom it reached. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  /** The user property that tells a client of MQTT 5 a notification's number. */
  private static final String ID_PROPERTY = "notificationId";

  /** Exactly once to who subscribes at QoS 2; others are granted QoS 0. */
  private static final int QOS = 2;

  private static final Logger LOG = System.getLogger(Notifications.class.getName());

  private final Bus bus;
  private final Apps apps;
  private final Router router;
  private final MessageIds ids;
  private final Nodes nodes;
  private final Permissions permissions;
  private final Clients.Shared shared;
  private final Answers<Reach> answers;
  private Bus.@Nullable Registration registration;

  /**
   * Makes notifications that are not started.
   *
   * @param bus carries them to all nodes
   * @param apps the apps with their clients
   * @param router tells whether clients can follow
   * @param ids makes their numbers
   * @param nodes who tells whom they reached
   * @param permissions who may send
   */
  public Notifications(
      Bus bus, Apps apps, Router router, MessageIds ids, Nodes nodes, Permissions permissions) {
    this.bus = bus;
    this.apps = apps;
    this.router = router;
    this.ids = ids;
    this.nodes = nodes;
    this.permissions = permissions;
    this.shared = apps.clients();
    this.answers = new Answers<>(nodes, PATIENCE);
  }

  /** Starts to take notifications from the bus. */
  public synchronized void start() {
    registration = bus.subscribe(this::take);
  }

  @Override
  public synchronized void close() {
    if (registration != null) {
      registration.close();
    }
  }

  /**
   * Sends a notification.
   *
   * @param caller who sends it, to clients of its own app
   * @return completes when all nodes told whom they reached, or have taken too long; on a thread
   *     that must not be blocked
   * @throws HeraldException NOT_AUTHORIZED, FIELD_MISSING, FIELD_INVALID, PAYLOAD_TOO_LARGE,
   *     QUOTA_EXCEEDED for too many names, SUBSCRIBERS_BUSY while clients cannot follow what is
   *     sent already, or SHUTTING_DOWN
   */
  public CompletionStage<NotificationOutcome> send(Caller caller, NotificationDraft draft) {
    GroupLimits.checkId("appId", caller.appId());
    permissions.check(caller, Action.NOTIFY);
    checkTargets(draft.targets());
    byte[] content = content(draft);
    checkTtl(draft.ttlSeconds());
    if (router.isCongested()) {
      throw new HeraldException(ErrorCode.SUBSCRIBERS_BUSY, ErrorCode.SUBSCRIBERS_BUSY.text());
    }
    Notification notification = notification(caller, draft, content);
    var gathered = answers.of(notification.id());
    bus.publish(notification);
    shared.counters().sent.increment();
    return gathered.thenApply(reach -> outcome(notification.id(), reach));
  }

  private static NotificationOutcome outcome(long id, Gathered<Reach> gathered) {
    List<Reach> all = gathered.answers();
    return new NotificationOutcome(
        id,
        all.stream().mapToLong(Reach::clients).sum(),
        gathered.complete(),
        !all.isEmpty() && all.stream().allMatch(Reach::kept));
  }

  private Notification notification(Caller caller, NotificationDraft draft, byte[] content) {
    long id = ids.next();
    long untilMs =
        draft.ttlSeconds() == 0 ? 0 : shared.clock().millis() + draft.ttlSeconds() * 1000;
    Message message =
        new Message(
            ClientTopics.NOTIFY,
            content,
            QOS,
            false,
            new MessageProperties(
                PayloadFormat.UTF8,
                draft.contentType(),
                null,
                null,
                List.of(ID_PROPERTY, Long.toString(id))),
            untilMs == 0 ? Message.NEVER : untilMs,
            caller.clientId());
    return new Notification(caller.appId(), id, draft.targets(), message, untilMs);
  }

  // ---- checks

  private void checkTargets(List<Target> targets) {
    if (targets.isEmpty()) {
      throw new HeraldException(ErrorCode.FIELD_MISSING, "targets is missing");
    }
    int namesMax = shared.settings().targetsMax();
    long names = targets.stream().mapToLong(target -> Math.max(1, target.names())).sum();
    if (names > namesMax) {
      shared.counters().met(Limit.TARGETS);
      throw new HeraldException(
          ErrorCode.QUOTA_EXCEEDED,
          "targets must have at most " + namesMax + " names together, they have " + names);
    }
    for (Target target : targets) {
      target.users().forEach(user -> GroupLimits.checkId("users", user));
      target.devices().forEach(device -> GroupLimits.checkId("devices", device));
      for (Set<String> tags : List.of(target.anyTags(), target.allTags(), target.noTags())) {
        tags.forEach(
            tag -> Registration.checkTag("tags", tag, shared.settings(), shared.counters()));
      }
    }
  }

  private byte[] content(NotificationDraft draft) {
    String text = draft.content();
    if (text == null) {
      throw new HeraldException(ErrorCode.FIELD_MISSING, "content is missing");
    }
    GroupLimits.checkText("content", text, Integer.MAX_VALUE);
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    int bytesMax = shared.settings().contentBytesMax();
    if (content.length > bytesMax) {
      shared.counters().met(Limit.CONTENT);
      throw new HeraldException(
          ErrorCode.PAYLOAD_TOO_LARGE,
          "content must have at most " + bytesMax + " bytes, it has " + content.length);
    }
    if (draft.contentType() != null) {
      GroupLimits.checkId("contentType", draft.contentType());
    }
    return content;
  }

  private void checkTtl(long ttlSeconds) {
    long max = shared.settings().ttlMax().toSeconds();
    if (ttlSeconds > max) {
      shared.counters().met(Limit.TTL);
    }
    if (ttlSeconds < 0 || ttlSeconds > max) {
      throw new HeraldException(
          ErrorCode.FIELD_INVALID, "ttlSeconds must be 0 to " + max + ", it is " + ttlSeconds);
    }
  }

  // ---- from the bus

  private void take(BusMessage message) {
    switch (message) {
      case Notification notification -> deliver(notification);
      case Reached told -> answers.take(told.notificationId(), told.node(), told.reach());
      default -> {}
    }
  }

  private void deliver(Notification notification) {
    App app = app(notification);
    if (app == null) {
      tell(notification, new Reach(0, false));
    } else {
      app.clients().deliver(notification, reach -> tell(notification, reach));
    }
  }

  /** Returns the app; one that nobody named here yet comes to be if clients may come to it. */
  private @Nullable App app(Notification notification) {
    if (!notification.waits()) {
      return apps.find(notification.appId());
    }
    try {
      return apps.get(notification.appId());
    } catch (HeraldException noRoom) {
      LOG.log(Level.DEBUG, "notification.no_app app=" + notification.appId(), noRoom);
      return null;
    }
  }

  private void tell(Notification notification, Reach reach) {
    try {
      bus.publish(new Reached(notification.appId(), notification.id(), nodes.own(), reach));
    } catch (HeraldException stopping) {
      LOG.log(Level.DEBUG, "notification.not_told app=" + notification.appId(), stopping);
    }
  }
}
