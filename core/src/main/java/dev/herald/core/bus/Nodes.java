package dev.herald.core.bus;

import java.util.Set;
import java.util.function.Supplier;

/**
 * The nodes of the hub, as one of them sees them.
 *
 * @param own the id of this node
 * @param live returns the ids of those that are live now, this one included; from any thread
 */
public record Nodes(String own, Supplier<Set<String>> live) {
  /** Returns the nodes of a hub that has one. */
  public static Nodes only(String own) {
    Set<String> all = Set.of(own);
    return new Nodes(own, () -> all);
  }
}
