package dev.herald.core.presence;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.app.App;
import dev.herald.core.app.Apps;
import dev.herald.core.app.Permissions;
import dev.herald.core.app.Permissions.Caller;
import dev.herald.core.bus.BusMessage;
import dev.herald.core.bus.InProcessBus;
import dev.herald.core.bus.Nodes;
import dev.herald.core.client.ClientDocuments;
import dev.herald.core.client.Clients;
import dev.herald.core.client.FakeClient;
import dev.herald.core.client.NotificationSettings;
import dev.herald.core.client.PresenceEvent;
import dev.herald.core.client.Registration;
import dev.herald.core.client.UserPresence;
import dev.herald.core.config.SettingTree;
import dev.herald.core.consumer.ConsumerSettings;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.id.MessageIds;
import dev.herald.core.metric.Metrics;
import dev.herald.core.route.Lane;
import dev.herald.core.route.ManualLane;
import dev.herald.core.route.Message;
import dev.herald.core.route.Router;
import dev.herald.core.route.Subscriber;
import dev.herald.core.route.Subscription;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two nodes of a hub on one bus. */
class PresenceTest {
  private static final Caller CALLER = Caller.ofApp("app");

  private final InProcessBus bus = new InProcessBus();
  private final List<BusMessage> onTheBus = new ArrayList<>();
  private final AtomicLong nowMs = new AtomicLong(1000);
  private final Node one = new Node(0, "one");
  private final Node two = new Node(1, "two");

  @BeforeEach
  void listen() {
    var _ = bus.subscribe(onTheBus::add);
  }

  private UserPresence ask() {
    return one.presence.of(CALLER, "ann").toCompletableFuture().join();
  }

  @Test
  void clientsOfAllNodes_areTold_andWhenTheLastOneWent() {
    FakeClient here = one.client("phone");
    FakeClient there = two.client("laptop");
    assertThat(ask().clients())
        .extracting(UserPresence.Online::clientId)
        .containsExactlyInAnyOrder("phone", "laptop");
    one.leave(here);
    nowMs.set(2000);
    two.leave(there);
    assertThat(ask()).isEqualTo(new UserPresence("ann", List.of(), 2000));
  }

  @Test
  void changes_areToldOnlyWhileSomebodyLooks_onWhicheverNode() {
    one.client("first");
    assertThat(onTheBus).isEmpty();
    Watcher watcher = two.watch();
    FakeClient here = one.client("phone");
    FakeClient there = two.client("laptop");
    one.leave(here);
    assertThat(two.lane.runAll()).isEqualTo(3);
    assertThat(watcher.got).containsExactly("phone true", "laptop true", "phone false");
    two.unwatch(watcher);
    onTheBus.clear();
    two.leave(there);
    assertThat(onTheBus).isEmpty();
  }

  @Test
  void asManyMayLook_theLastOneEndsIt() {
    Watcher first = one.watch();
    Watcher second = one.watch();
    one.unwatch(first);
    one.client("phone");
    one.lane.runAll();
    assertThat(first.got).isEmpty();
    assertThat(second.got).containsExactly("phone true");
  }

  @Test
  void state_isWhatTheNodeHas() {
    one.client("phone");
    Message state = one.presence.stateOf(one.apps.get("app"), "ann");
    assertThat(state.topic()).isEqualTo("$presence/ann");
    assertThat(new String(state.payload(), UTF_8)).isEqualTo("[phone]");
  }

  @Test
  void badIds_andWhoMayNot_areRefused() {
    refuse(ErrorCode.FIELD_INVALID, CALLER, "");
    refuse(ErrorCode.FIELD_INVALID, CALLER, "u".repeat(128));
    refuse(ErrorCode.FIELD_INVALID, Caller.ofApp(""), "ann");
    one.allowed = false;
    refuse(ErrorCode.NOT_AUTHORIZED, CALLER, "ann");
  }

  private void refuse(ErrorCode code, Caller caller, String userId) {
    assertThatThrownBy(() -> one.presence.of(caller, userId))
        .isInstanceOf(HeraldException.class)
        .extracting(refusal -> ((HeraldException) refusal).code())
        .isEqualTo(code);
  }

  /** Documents in which this test reads presence; it needs no others. */
  private static ClientDocuments documents() {
    return (ClientDocuments)
        Proxy.newProxyInstance(
            ClientDocuments.class.getClassLoader(),
            new Class<?>[] {ClientDocuments.class},
            (proxy, method, arguments) -> {
              Object what = arguments[0];
              String text =
                  what instanceof PresenceEvent event
                      ? event.clientId() + " " + event.online()
                      : ((UserPresence) what)
                          .clients().stream()
                              .map(UserPresence.Online::clientId)
                              .toList()
                              .toString();
              return text.getBytes(UTF_8);
            });
  }

  private final class Node {
    final Router router = new Router(1);
    final ManualLane lane = new ManualLane(0);
    final Apps apps;
    final Presence presence;
    boolean allowed = true;

    Node(int number, String name) {
      router.addLane(lane);
      Metrics metrics = new Metrics();
      Clients.Shared shared =
          Clients.Shared.of(
              SettingTree.defaults(NotificationSettings.class),
              10,
              metrics,
              bus::publish,
              () -> Instant.ofEpochMilli(nowMs.get()));
      apps =
          new Apps(
              router,
              new Apps.Limits(0, 0, SettingTree.defaults(ConsumerSettings.class)),
              metrics,
              shared);
      Permissions permissions = (caller, action) -> allowed;
      presence =
          new Presence(
              bus,
              apps,
              router,
              new MessageIds(number, shared.clock(), 0),
              new Nodes(name, () -> Set.of("one", "two")),
              permissions,
              documents());
      presence.start();
    }

    FakeClient client(String id) {
      FakeClient guest = new FakeClient(id, lane);
      apps.get("app").clients().join(guest, new Registration("ann", null, List.of()));
      return guest;
    }

    void leave(FakeClient guest) {
      apps.get("app").clients().leave(guest);
    }

    Watcher watch() {
      App app = apps.get("app");
      Watcher watcher = new Watcher(lane);
      presence.watch("app");
      app.topics().add(watcher.subscription);
      return watcher;
    }

    void unwatch(Watcher watcher) {
      apps.get("app").topics().remove(watcher.subscription);
      presence.unwatch("app");
    }
  }

  private static final class Watcher extends Subscriber {
    final List<String> got = new ArrayList<>();
    final Subscription subscription = new Subscription(this, "$presence/ann", 0, 0);

    Watcher(Lane lane) {
      super(lane);
    }

    @Override
    protected void deliver(Message message, Subscription matched) {
      got.add(new String(message.payload(), UTF_8));
    }

    @Override
    protected void deliver(Message message, List<Subscription> matched) {
      throw new AssertionError("one subscription only");
    }
  }
}
