package dev.herald.core.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.app.Apps;
import dev.herald.core.app.Permissions;
import dev.herald.core.app.Permissions.Caller;
import dev.herald.core.bus.InProcessBus;
import dev.herald.core.bus.Nodes;
import dev.herald.core.client.Clients;
import dev.herald.core.client.FakeClient;
import dev.herald.core.client.NotificationDraft;
import dev.herald.core.client.NotificationOutcome;
import dev.herald.core.client.NotificationSettings;
import dev.herald.core.client.Registration;
import dev.herald.core.client.Target;
import dev.herald.core.config.SettingTree;
import dev.herald.core.consumer.ConsumerSettings;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.id.MessageIds;
import dev.herald.core.metric.Metrics;
import dev.herald.core.route.ManualLane;
import dev.herald.core.route.Message;
import dev.herald.core.route.Router;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Two nodes of a hub on one bus, each with a lane that runs when the test says so. */
class NotificationsTest {
  private static final Caller CALLER = Caller.ofApp("app");
  private static final Set<String> LIVE = Set.of("one", "two");

  private final InProcessBus bus = new InProcessBus();
  private final Node one = new Node(0, "one");
  private final Node two = new Node(1, "two");

  private static NotificationDraft draft(Target... targets) {
    return new NotificationDraft(List.of(targets), "hi", "text/plain", 0);
  }

  private static Target users(String... users) {
    return new Target(Set.of(users), Set.of(), Set.of(), Set.of(), Set.of());
  }

  private static Target tags(String tag) {
    return new Target(Set.of(), Set.of(), Set.of(), Set.of(), Set.of(tag));
  }

  @Test
  void clientsOfAllNodes_areReachedAndCounted() {
    FakeClient here = one.client("ann");
    FakeClient there = two.client("ann");
    FakeClient other = two.client("bob");
    CompletionStage<NotificationOutcome> sent = one.notifications.send(CALLER, draft(users("ann")));
    one.lane.runAll();
    assertThat(sent.toCompletableFuture()).as("the other node has not told").isNotDone();
    two.lane.runAll();
    NotificationOutcome outcome = sent.toCompletableFuture().join();
    assertThat(outcome.reached()).isEqualTo(2);
    assertThat(outcome.complete()).isTrue();
    assertThat(outcome.kept()).isFalse();
    assertThat(other.messages).isEmpty();
    Message message = here.messages.getFirst();
    assertThat(there.messages).containsExactly(message);
    assertThat(message.topic()).isEqualTo("$notify");
    assertThat(message.payload()).asString().isEqualTo("hi");
    assertThat(message.properties().contentType()).isEqualTo("text/plain");
    assertThat(message.properties().userProperty("notificationId"))
        .isEqualTo(Long.toString(outcome.id()));
  }

  @Test
  void whoComesToAnotherNodeLater_getsWhatWaits_andAnAppComesToBeForIt() {
    NotificationDraft waiting = new NotificationDraft(List.of(users("ann")), "hi", null, 60);
    NotificationOutcome outcome =
        one.notifications.send(CALLER, waiting).toCompletableFuture().join();
    assertThat(outcome.reached()).isZero();
    assertThat(outcome.kept()).isTrue();
    assertThat(two.client("ann").messages).hasSize(1);
    NotificationOutcome lost =
        one.notifications
            .send(Caller.ofApp("none"), draft(Target.ALL))
            .toCompletableFuture()
            .join();
    assertThat(lost.kept()).isFalse();
    assertThat(one.apps.find("none")).isNull();
  }

  @Test
  void fields_areChecked() {
    refuse(ErrorCode.FIELD_MISSING, "targets", draft());
    refuse(ErrorCode.FIELD_INVALID, "users", draft(users("")));
    refuse(ErrorCode.FIELD_INVALID, "users", draft(users("u".repeat(128))));
    refuse(
        ErrorCode.FIELD_INVALID,
        "devices",
        draft(new Target(Set.of(), Set.of("a\0"), Set.of(), Set.of(), Set.of())));
    refuse(ErrorCode.FIELD_INVALID, "tags", draft(tags("")));
    refuse(ErrorCode.FIELD_INVALID, "tags", draft(tags("t".repeat(65))));
    refuse(ErrorCode.FIELD_INVALID, "tags", draft(tags("a\0b")));
    refuse(ErrorCode.FIELD_INVALID, "tags", draft(tags("\ud800")));
    refuse(ErrorCode.FIELD_MISSING, "content", of(null, null, 0));
    refuse(ErrorCode.FIELD_INVALID, "content", of("\udc00", null, 0));
    refuse(ErrorCode.PAYLOAD_TOO_LARGE, "content", of("x".repeat(65_537), null, 0));
    refuse(ErrorCode.FIELD_INVALID, "contentType", of("", "", 0));
    refuse(ErrorCode.FIELD_INVALID, "ttlSeconds", of("", null, -1));
    refuse(ErrorCode.FIELD_INVALID, "ttlSeconds", of("", null, 7 * 86_400 + 1));
    List<Target> many = new ArrayList<>();
    for (int i = 0; i < 1001; i++) {
      many.add(Target.ALL);
    }
    refuse(ErrorCode.QUOTA_EXCEEDED, "targets", new NotificationDraft(many, "", null, 0));
    for (String limit : List.of("tagCharactersMax", "contentBytesMax", "ttlMax", "targetsMax")) {
      assertThat(one.limit(limit)).as(limit).isEqualTo(1);
    }
    assertThatThrownBy(() -> one.notifications.send(Caller.ofApp(""), draft(Target.ALL)))
        .isInstanceOf(HeraldException.class)
        .hasMessageContaining("appId");
    var most = of("x".repeat(65_536), null, 7 * 86_400);
    assertThat(one.notifications.send(CALLER, most).toCompletableFuture().join().reached())
        .isZero();
  }

  private static NotificationDraft of(
      @Nullable String content, @Nullable String contentType, long ttlSeconds) {
    return new NotificationDraft(List.of(Target.ALL), content, contentType, ttlSeconds);
  }

  private void refuse(ErrorCode code, String field, NotificationDraft draft) {
    assertThatThrownBy(() -> one.notifications.send(CALLER, draft))
        .isInstanceOf(HeraldException.class)
        .hasMessageContaining(field)
        .extracting(refusal -> ((HeraldException) refusal).code())
        .isEqualTo(code);
  }

  @Test
  void whoMayNot_isRefused() {
    one.allowed = false;
    refuse(ErrorCode.NOT_AUTHORIZED, "", draft(Target.ALL));
    assertThat(one.metric("herald_notifications_total")).isZero();
  }

  @Test
  void whileLanesAreFull_nothingMoreIsTaken() {
    FakeClient ann = one.client("ann");
    one.router.run(one.lane, 20 << 20, () -> {});
    refuse(ErrorCode.SUBSCRIBERS_BUSY, "do not keep up", draft(Target.ALL));
    one.lane.runAll();
    var _ = one.notifications.send(CALLER, draft(Target.ALL));
    one.lane.runAll();
    assertThat(ann.messages).hasSize(1);
  }

  @Test
  void afterTheEnd_itIsRefused() {
    bus.close();
    refuse(ErrorCode.SHUTTING_DOWN, "bus", draft(Target.ALL));
  }

  private final class Node {
    final Metrics metrics = new Metrics();
    final Router router = new Router(1);
    final ManualLane lane = new ManualLane(0);
    final Apps apps;
    final Notifications notifications;
    boolean allowed = true;
    private int clients;

    Node(int number, String name) {
      router.addLane(lane);
      Clients.Shared shared =
          Clients.Shared.of(
              SettingTree.defaults(NotificationSettings.class),
              0,
              metrics,
              bus::publish,
              InstantSource.system());
      apps =
          new Apps(
              router,
              new Apps.Limits(0, 0, SettingTree.defaults(ConsumerSettings.class)),
              metrics,
              shared);
      Permissions permissions = (caller, action) -> allowed;
      notifications =
          new Notifications(
              bus,
              apps,
              router,
              new MessageIds(number, InstantSource.system(), 0),
              new Nodes(name, () -> LIVE),
              permissions);
      notifications.start();
    }

    FakeClient client(String userId) {
      FakeClient client = new FakeClient("client-" + clients++, lane);
      Clients all = apps.get("app").clients();
      all.join(client, new Registration(userId, null, List.of()));
      all.listen(client);
      return client;
    }

    long metric(String name) {
      return metrics.all().stream()
          .filter(metric -> metric.name().equals(name))
          .mapToLong(Metrics.Metric::value)
          .sum();
    }

    long limit(String setting) {
      return metrics.all().stream()
          .filter(metric ->
              metric instanceof Metrics.Counter counter && counter.labelValue().equals(setting))
          .mapToLong(Metrics.Metric::value)
          .map(count -> Math.min(count, 1))
          .sum();
    }
  }
}
