package dev.herald.core.bus;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

/**
 * Gathers what the live nodes answer to questions that this node put on the bus. Thread-safe.
 *
 * @param <A> an answer of one node
 */
public final class Answers<A> {
  private final ConcurrentMap<Long, Asked<A>> asked = new ConcurrentHashMap<>();
  private final Nodes nodes;
  private final Duration patience;

  /**
   * Makes it, with nothing asked.
   *
   * @param nodes who is to answer
   * @param patience how long a node may take
   */
  public Answers(Nodes nodes, Duration patience) {
    this.nodes = nodes;
    this.patience = patience;
  }

  /**
   * Begins to gather; before the question is put on the bus.
   *
   * @param question its number, unlike that of any other of this node
   * @return completes when every node has answered that is live now, or the patience is over; on
   *     the thread that brings the last answer, or one that must not be blocked
   */
  public CompletableFuture<Gathered<A>> of(long question) {
    Asked<A> one = new Asked<>(nodes.live().get());
    asked.put(question, one);
    return one.whole
        .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
        .handle((nothing, timeout) -> {
          asked.remove(question);
          return one.gathered(timeout == null);
        });
  }

  /** Takes a node's answer; one to a question that is not open any more is dropped. */
  public void take(long question, String node, A answer) {
    Asked<A> one = asked.get(question);
    if (one != null) {
      one.take(node, answer);
    }
  }

  /**
   * What was gathered.
   *
   * @param answers one of each node that answered
   * @param complete whether every node answered that was live
   */
  public record Gathered<A>(List<A> answers, boolean complete) {}

  private static final class Asked<A> {
    private final Set<String> awaited;
    private final Map<String, A> byNode = new HashMap<>();
    private final CompletableFuture<Void> whole = new CompletableFuture<>();

    Asked(Set<String> awaited) {
      this.awaited = awaited;
    }

    void take(String node, A answer) {
      if (isWholeWith(node, answer)) {
        whole.complete(null);
      }
    }

    private synchronized boolean isWholeWith(String node, A answer) {
      byNode.put(node, answer);
      return byNode.keySet().containsAll(awaited);
    }

    synchronized Gathered<A> gathered(boolean complete) {
      return new Gathered<>(new ArrayList<>(byNode.values()), complete);
    }
  }
}
