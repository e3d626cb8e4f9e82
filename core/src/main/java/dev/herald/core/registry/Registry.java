package dev.herald.core.registry;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Knows the live nodes, and which of them owns each chat. A node is live while its lease is; what
 * it owns is nobody's when its lease ends. Thread-safe.
 */
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

  /**
   * Takes a chat for a node unless a live node owns it: of several nodes that try at once, one gets
   * it. Never blocks.
   *
   * @param lease the node's
   * @return completes with who owns the chat now; the same again for the lease that has it. Fails
   *     with a {@link dev.herald.core.error.HeraldException} NODE_UNREACHABLE if the lease has
   *     ended. The epoch is greater than that of every ownership of this chat before
   */
  CompletionStage<ChatOwner> takeChat(ChatKey chat, Lease lease);

  /** Returns, by a stage, who owns a chat; nothing if no live node does. Never blocks. */
  CompletionStage<Optional<ChatOwner>> chatOwner(ChatKey chat);

  /**
   * Gives up a chat. Does nothing unless this is its owner. Never blocks.
   *
   * @return completes when others may take it
   */
  CompletionStage<Void> releaseChat(ChatKey chat, ChatOwner owner);

  @Override
  void close();

  /**
   * A node and where to reach it.
   *
   * @param id unique among nodes
   * @param host the name or address others reach it at
   * @param version the version it runs
   * @param mqttPort its MQTT port, 0 if it has none
   * @param wsPort its port of MQTT over WebSocket, 0 if it has none
   * @param httpPort its HTTP port, 0 if it has none
   * @param startedAtMs when it started, milliseconds since 1970
   */
  record Node(
      String id,
      String host,
      String version,
      int mqttPort,
      int wsPort,
      int httpPort,
      long startedAtMs) {}

  /**
   * Names a chat.
   *
   * @param appId the app
   * @param chatId the chat, unique within the app
   */
  record ChatKey(String appId, String chatId) {}

  /**
   * Who owns a chat.
   *
   * @param node the node that relays it
   * @param epoch the number of this ownership; greater with every new owner of the chat
   */
  record ChatOwner(Node node, long epoch) {}

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
