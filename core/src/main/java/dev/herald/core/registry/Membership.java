package dev.herald.core.registry;

import dev.herald.core.registry.Registry.Lease;
import dev.herald.core.registry.Registry.Node;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * This node's place in the registry: a lease that is renewed while the process runs, and taken anew
 * when it was lost. Thread-safe.
 */
public final class Membership implements AutoCloseable {
  /** How long the registry holds a node for live that is silent. */
  public static final Duration TERM = Duration.ofSeconds(10);

  /** How often a node renews its lease. */
  public static final Duration RENEWAL = Duration.ofSeconds(3);

  private static final Logger LOG = System.getLogger(Membership.class.getName());

  private final Registry registry;
  private final List<Runnable> watchers = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService clockwork =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("herald-registry").daemon().factory());
  private volatile Node self;
  private volatile Lease lease;
  private volatile List<Node> nodes = List.of();

  /**
   * Registers a node, whose lease is not renewed yet.
   *
   * @param registry knows the nodes
   * @param self this node
   */
  public Membership(Registry registry, Node self) {
    this.registry = registry;
    this.self = self;
    this.lease = registry.register(self, TERM);
  }

  /** Renews the lease from now on, on a thread of its own. */
  public void start() {
    var _ =
        clockwork.scheduleWithFixedDelay(
            this::renewSafely, RENEWAL.toMillis(), RENEWAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void renewSafely() {
    try {
      renew();
    } catch (RuntimeException failure) {
      LOG.log(Level.ERROR, "registry.renewal_failed node=" + self.id(), failure);
    }
  }

  /** Renews the lease, or takes a new one if it was lost, and tells those who watch. */
  public synchronized void renew() {
    if (!lease.renew()) {
      lease = registry.register(self, TERM);
    }
    nodes = registry.nodes();
    watchers.forEach(Runnable::run);
  }

  /** Tells others what this node is by now, under a new lease. */
  public synchronized void announce(Node now) {
    self = now;
    lease = registry.register(now, TERM);
    renew();
  }

  /**
   * Has somebody told after each renewal, on the thread that renews.
   *
   * @param watcher must not block
   */
  public void watch(Runnable watcher) {
    watchers.add(watcher);
  }

  /** Returns the registry. */
  public Registry registry() {
    return registry;
  }

  /** Returns this node. */
  public Node self() {
    return self;
  }

  /** Returns the present lease, which may have ended. */
  public Lease lease() {
    return lease;
  }

  /** Returns the nodes that were live at the last renewal. */
  public List<Node> nodes() {
    return nodes;
  }

  /** Returns a node by its id, if it was live at the last renewal or is now. Asks the registry. */
  public Optional<Node> find(String id) {
    return registry.nodes().stream().filter(node -> node.id().equals(id)).findFirst();
  }

  /** Ends the lease. */
  @Override
  public synchronized void close() {
    clockwork.shutdownNow();
    lease.close();
  }
}
