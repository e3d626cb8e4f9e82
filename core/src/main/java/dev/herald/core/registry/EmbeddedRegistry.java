package dev.herald.core.registry;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The registry of a single process, in memory. */
public final class EmbeddedRegistry implements Registry {
  private final InstantSource clock;
  private final Map<String, EmbeddedLease> leases = new TreeMap<>();
  private final Map<String, Long> epochs = new HashMap<>();

  /**
   * Makes an empty registry.
   *
   * @param clock the time leases are measured by
   */
  public EmbeddedRegistry(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public synchronized Lease register(Node node, Duration term) {
    if (term.isNegative() || term.isZero()) {
      throw new IllegalArgumentException("term must be greater than 0: " + term);
    }
    long epoch = epochs.merge(node.id(), 1L, Long::sum);
    EmbeddedLease lease = new EmbeddedLease(node, term, epoch);
    leases.put(node.id(), lease);
    return lease;
  }

  @Override
  public synchronized List<Node> nodes() {
    List<Node> live = new ArrayList<>();
    for (EmbeddedLease lease : leases.values()) {
      if (lease.isLive()) {
        live.add(lease.node);
      }
    }
    return live;
  }

  @Override
  public synchronized void close() {
    leases.clear();
  }

  private final class EmbeddedLease implements Lease {
    private final Node node;
    private final Duration term;
    private final long epoch;
    private long endsAtMs;

    EmbeddedLease(Node node, Duration term, long epoch) {
      this.node = node;
      this.term = term;
      this.epoch = epoch;
      this.endsAtMs = clock.millis() + term.toMillis();
    }

    @Override
    public long epoch() {
      return epoch;
    }

    @Override
    public boolean renew() {
      synchronized (EmbeddedRegistry.this) {
        if (leases.get(node.id()) != this || !isLive()) {
          return false;
        }
        endsAtMs = clock.millis() + term.toMillis();
        return true;
      }
    }

    @Override
    public void close() {
      synchronized (EmbeddedRegistry.this) {
        leases.remove(node.id(), this);
      }
    }

    private boolean isLive() {
      return clock.millis() < endsAtMs;
    }
  }
}
