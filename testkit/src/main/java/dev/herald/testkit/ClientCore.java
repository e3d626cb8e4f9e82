package dev.herald.testkit;

import dev.herald.core.app.Apps;
import dev.herald.core.app.Permissions;
import dev.herald.core.bus.Bus;
import dev.herald.core.bus.InProcessBus;
import dev.herald.core.bus.Nodes;
import dev.herald.core.client.ClientDocuments;
import dev.herald.core.client.Clients;
import dev.herald.core.client.NotificationSettings;
import dev.herald.core.config.SettingTree;
import dev.herald.core.consumer.ConsumerSettings;
import dev.herald.core.id.MessageIds;
import dev.herald.core.metric.Metrics;
import dev.herald.core.notification.Notifications;
import dev.herald.core.presence.Presence;
import dev.herald.core.presence.PresenceSettings;
import dev.herald.core.route.Router;
import java.time.InstantSource;

/** The apps of a node under test with their notifications and presence, started. */
public final class ClientCore implements AutoCloseable {
  private static final Apps.Limits LIMITS =
      new Apps.Limits(1000, 1 << 20, SettingTree.defaults(ConsumerSettings.class));

  private final Apps apps;
  private final Notifications notifications;
  private final Presence presence;

  /**
   * Makes and starts it.
   *
   * @param bus carries what nodes say to each other
   * @param nodes the nodes
   * @param apps the apps, which {@link #shared} was given to
   * @param router the router
   * @param permissions who may do what
   * @param documents what clients are told in
   */
  public ClientCore(
      Bus bus,
      Nodes nodes,
      Apps apps,
      Router router,
      Permissions permissions,
      ClientDocuments documents) {
    MessageIds ids = new MessageIds(0, apps.clients().clock(), 0);
    this.apps = apps;
    this.notifications = new Notifications(bus, apps, router, ids, nodes, permissions);
    this.presence = new Presence(bus, apps, router, ids, nodes, permissions, documents);
    notifications.start();
    presence.start();
  }

  /** Makes and starts it for a hub with one node and defaults everywhere. */
  public static ClientCore of(Router router, Metrics metrics, ClientDocuments documents) {
    Bus bus = new InProcessBus();
    Clients.Shared shared =
        shared(
            SettingTree.defaults(NotificationSettings.class), bus, metrics, InstantSource.system());
    Apps apps = new Apps(router, LIMITS, metrics, shared);
    return new ClientCore(bus, Nodes.only("0"), apps, router, Permissions.OPEN, documents);
  }

  /** Returns what the clients of all apps share, with the default of presence. */
  public static Clients.Shared shared(
      NotificationSettings settings, Bus bus, Metrics metrics, InstantSource clock) {
    int lastSeenMax = SettingTree.defaults(PresenceSettings.class).lastSeenMax();
    return Clients.Shared.of(settings, lastSeenMax, metrics, bus::publish, clock);
  }

  /** Returns the apps. */
  public Apps apps() {
    return apps;
  }

  /** Returns what sends notifications. */
  public Notifications notifications() {
    return notifications;
  }

  /** Returns who is online. */
  public Presence presence() {
    return presence;
  }

  @Override
  public void close() {
    notifications.close();
    presence.close();
  }
}
