package dev.herald.core.registry;

import java.time.Duration;
import java.util.List;

/** Knows the live nodes. A node is live while its lease is. Thread-safe. */
public interface Registry extends AutoCloseable {
  /**
   * Registers a node under a lease.
   *
   * @param node who it is; a node of the same id that is live loses its lease
   * @param term how long the lease holds without renewal, greater than 0
   * @return the lease, whose epoch is greater than that of every lease of this node id before
   */
  Lease register(Node node, Duration term);

  /** Returns the live nodes, ordered by id. */
  List<Node> nodes();

  @Override
  void close();

  /**
   * A node and where to reach it.
   *
   * @param id unique among nodes
   * @param version the version it runs
   * @param mqttPort its MQTT port, 0 if it has none
   * @param wsPort its port of MQTT over WebSocket, 0 if it has none
   * @param httpPort its HTTP port, 0 if it has none
   * @param startedAtMs when it started, milliseconds since 1970
   */
  record Node(
      String id, String version, int mqttPort, int wsPort, int httpPort, long startedAtMs) {}

  /** A node's right to be called live. */
  interface Lease extends AutoCloseable {
    /** Returns the number of this lease; grows with every registration of the same node id. */
    long epoch();

    /**
     * Renews the lease for another term from now.
     *
     * @return false when the lease had ended or was replaced; the node is then no longer live and
     *     must register anew
     */
    boolean renew();

    /**
     * Ends the lease; the node is no longer live. Does nothing to a lease that replaced this one.
     */
    @Override
    void close();
  }
}
