package dev.herald.server;

import dev.herald.core.app.Apps;
import dev.herald.core.app.Permissions;
import dev.herald.core.bus.Bus;
import dev.herald.core.bus.InProcessBus;
import dev.herald.core.bus.Nodes;
import dev.herald.core.chat.Chats;
import dev.herald.core.client.Clients;
import dev.herald.core.group.GroupApplier;
import dev.herald.core.group.GroupCommands;
import dev.herald.core.group.GroupFeed;
import dev.herald.core.group.GroupLedger;
import dev.herald.core.group.GroupQueries;
import dev.herald.core.group.LaneQueries;
import dev.herald.core.group.Retention;
import dev.herald.core.id.MessageIds;
import dev.herald.core.journal.EmbeddedJournal;
import dev.herald.core.journal.Journal;
import dev.herald.core.metric.Metrics;
import dev.herald.core.notification.Notifications;
import dev.herald.core.presence.Presence;
import dev.herald.core.registry.EmbeddedRegistry;
import dev.herald.core.registry.Membership;
import dev.herald.core.registry.Registry;
import dev.herald.core.route.Router;
import dev.herald.core.store.Store;
import dev.herald.http.ChatEventJson;
import dev.herald.http.ClientJson;
import dev.herald.http.GroupEventJson;
import dev.herald.mqtt.MqttSettings;
import dev.herald.server.config.HeraldConfig;
import java.time.InstantSource;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The routing core of a standalone server, made over a store that has started.
 *
 * <p>A command goes through the journal to the applier, which stores it and puts it on the bus; the
 * feed takes it from there to the router and so to every subscriber.
 */
final class Core implements AutoCloseable {
  private static final int NODE = 0;

  /** Of the store's readers half by default, so that HTTP has the other half. */
  private static final int LANE_QUERY_THREADS = 2;

  private final Bus bus = new InProcessBus();
  private final Router router;
  private final Apps apps;
  private final Journal journal;
  private final GroupApplier applier;
  private final GroupFeed feed;
  private final GroupLedger ledger;
  private final GroupCommands commands;
  private final GroupQueries queries;
  private final LaneQueries laneQueries;
  private final Retention retention;
  private final Registry registry;
  private final Membership membership;
  private final Chats chats;
  private final Notifications notifications;
  private final Presence presence;

  /**
   * A core that is not started.
   *
   * @param store keeps the events; started
   * @param clock the time
   * @param metrics where everything counts
   * @param config every setting
   * @param self this node, whose ports may not be known yet
   */
  Core(Store store, InstantSource clock, Metrics metrics, HeraldConfig config, Registry.Node self) {
    MqttSettings mqtt = config.mqtt();
    var limits =
        new Apps.Limits(mqtt.retainedMessagesMax(), mqtt.retainedBytesMax(), config.consumers());
    int lanes = mqtt.loopCount() + 1; // the last one is that of gateways
    router = new Router(lanes);
    Clients.Shared clients =
        Clients.Shared.of(
            config.notifications(), config.presence().lastSeenMax(), metrics, bus::publish, clock);
    apps = new Apps(router, limits, metrics, clients);
    journal = new EmbeddedJournal(metrics);
    applier = new GroupApplier(store, bus, clock, config.groups(), metrics);
    this.ledger = new GroupLedger(config.ledger(), lanes - 1, clock, metrics);
    feed = new GroupFeed(bus, apps, router, GroupEventJson::encode, this.ledger);
    MessageIds ids = new MessageIds(NODE, clock, store.greatestId());
    commands = new GroupCommands(journal, ids);
    queries = new GroupQueries(store);
    laneQueries = new LaneQueries(queries, LANE_QUERY_THREADS);
    retention = new Retention(store, journal, clock, config.retention(), metrics);
    registry = new EmbeddedRegistry(clock);
    membership = new Membership(registry, self);
    chats =
        new Chats(membership, bus, router, config.chats(), ChatEventJson::encode, clock, metrics);
    Nodes nodes = new Nodes(self.id(), this::liveNodes);
    notifications = new Notifications(bus, apps, router, ids, nodes, Permissions.OPEN);
    presence = new Presence(bus, apps, router, ids, nodes, Permissions.OPEN, new ClientJson());
  }

  private Set<String> liveNodes() {
    return registry.nodes().stream().map(Registry.Node::id).collect(Collectors.toSet());
  }

  /** Starts to apply commands, to show events and to hear other nodes. */
  void start() {
    feed.start();
    membership.start();
    chats.start();
    notifications.start();
    presence.start();
    journal.start(applier);
    retention.start();
  }

  Router router() {
    return router;
  }

  Apps apps() {
    return apps;
  }

  GroupCommands commands() {
    return commands;
  }

  GroupQueries queries() {
    return queries;
  }

  GroupLedger ledger() {
    return ledger;
  }

  LaneQueries laneQueries() {
    return laneQueries;
  }

  Membership membership() {
    return membership;
  }

  Chats chats() {
    return chats;
  }

  Notifications notifications() {
    return notifications;
  }

  Presence presence() {
    return presence;
  }

  /** Refuses new commands, stores those accepted, and shows no more events. */
  @Override
  public void close() {
    laneQueries.close();
    retention.close();
    journal.close();
    feed.close();
    chats.close();
    membership.close();
    registry.close();
    notifications.close();
    presence.close();
    bus.close();
  }
}
