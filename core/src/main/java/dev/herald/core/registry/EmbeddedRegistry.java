package dev.herald.core.registry;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The registry of a single process, in memory. */
public final class EmbeddedRegistry implements Registry {
  private final InstantSource clock;
  private final Map<String, EmbeddedLease> leases = new TreeMap<>();
  private final Map<String, Long> epochs = new HashMap<>();
  private final Map<ChatKey, Owning> chats = new HashMap<>();
  private long lastChatEpoch;

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
  public synchronized CompletionStage<ChatOwner> takeChat(ChatKey chat, Lease lease) {
    Owning present = owning(chat);
    if (present != null) {
      return CompletableFuture.completedFuture(present.owner);
    }
    if (!(lease instanceof EmbeddedLease own) || !own.isPresent()) {
      return CompletableFuture.failedFuture(
          new HeraldException(
              ErrorCode.NODE_UNREACHABLE, "this node's lease has ended; it will have another"));
    }
    // the time, so that it grows over a restart too
    lastChatEpoch = Math.max(lastChatEpoch + 1, clock.millis());
    ChatOwner owner = new ChatOwner(own.node, lastChatEpoch);
    chats.put(chat, new Owning(owner, own));
    return CompletableFuture.completedFuture(owner);
  }

  @Override
  public synchronized CompletionStage<Optional<ChatOwner>> chatOwner(ChatKey chat) {
    Owning present = owning(chat);
    return CompletableFuture.completedFuture(
        present == null ? Optional.empty() : Optional.of(present.owner));
  }

  @Override
  public synchronized CompletionStage<Void> releaseChat(ChatKey chat, ChatOwner owner) {
    Owning present = chats.get(chat);
    if (present != null && present.owner.equals(owner)) {
      chats.remove(chat);
    }
    return CompletableFuture.completedFuture(null);
  }

  /** Returns who owns a chat under a lease that holds, or null. */
  private @Nullable Owning owning(ChatKey chat) {
    Owning present = chats.get(chat);
    return present != null && present.lease.isPresent() ? present : null;
  }

  @Override
  public synchronized void close() {
    leases.clear();
    chats.clear();
  }

  private record Owning(ChatOwner owner, EmbeddedLease lease) {}

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
        if (!isPresent()) {
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

    /** Returns whether it holds and was not replaced. */
    private boolean isPresent() {
      return leases.get(node.id()) == this && isLive();
    }

    private boolean isLive() {
      return clock.millis() < endsAtMs;
    }
  }
}
