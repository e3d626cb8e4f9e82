package dev.herald.core.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The MQTT clients of this node for those who look after them: which there are, what each holds,
 * and the end of a connection. A client is listed for as long as it has a session, also while it is
 * not connected.
 *
 * <p>Thread-safe. Every method may block until the lanes of the clients have answered, so none is
 * called on a lane. All throw SHUTTING_DOWN while the edge stops.
 */
public interface ClientDirectory {
  /**
   * Returns the clients after one, in the order of their identifiers (UTF-16 code units). Goes
   * through all sessions of the node, and asks only for those of the page what they hold.
   *
   * @param after the identifier after which the page begins; empty for the first page
   * @param limit how many at most, 1 or greater
   */
  Page page(Filter filter, String after, int limit);

  /** Returns a client with its subscriptions, or null if it has no session. */
  @Nullable Details find(String appId, String clientId);

  /**
   * Ends a client's connection as an administrative action: a client of MQTT 5 is told so, its will
   * is published, its session lives on as it was agreed.
   *
   * @return whether it was connected
   */
  boolean disconnect(String appId, String clientId);

  /**
   * Which clients of an app.
   *
   * @param appId the app
   * @param prefix what their identifiers begin with; empty for all
   * @param userId their user; null for any
   * @param tag a tag that they have now, which only connected clients do; null for any or none
   */
  record Filter(String appId, String prefix, @Nullable String userId, @Nullable String tag) {}

  /**
   * A part of the list.
   *
   * @param clients in the order of their identifiers
   * @param after the identifier after which the next page begins; null if this is the last one
   */
  record Page(List<Summary> clients, @Nullable String after) {
    /** Makes an immutable page. */
    public Page {
      clients = List.copyOf(clients);
    }
  }

  /**
   * A client in a list.
   *
   * @param clientId its identifier
   * @param userId its user; empty for none
   * @param device its device; null for none
   * @param tags its tags
   * @param connected whether it is connected
   * @param sinceMs since when it is, or is not, milliseconds since 1970; 0 if that is not known
   * @param protocol the protocol level it speaks, 4 (3.1.1) or 5; 0 while it is not connected
   * @param address where it connects from; null while it does not
   * @param sessionExpirySeconds how long its session outlives a connection, seconds
   * @param subscriptionCount how many subscriptions it has
   * @param heldBytes about how much memory the server holds for it, bytes: messages on their way,
   *     filters, its will
   */
  record Summary(
      String clientId,
      String userId,
      @Nullable String device,
      List<String> tags,
      boolean connected,
      long sinceMs,
      int protocol,
      @Nullable String address,
      long sessionExpirySeconds,
      int subscriptionCount,
      long heldBytes) {
    /** Makes an immutable summary. */
    public Summary {
      tags = List.copyOf(tags);
    }
  }

  /**
   * A client.
   *
   * @param summary as in a list
   * @param subscriptions in the order of their filters, {@link #SUBSCRIPTIONS_MAX} at most
   */
  record Details(Summary summary, List<Subscribed> subscriptions) {
    /** Makes immutable details. */
    public Details {
      subscriptions = List.copyOf(subscriptions);
    }
  }

  /**
   * A subscription.
   *
   * @param filter as the client sent it
   * @param qos the greatest QoS it wants
   */
  record Subscribed(String filter, int qos) {}

  /** How many subscriptions of a client are told. */
  int SUBSCRIPTIONS_MAX = 1000;
}
