package dev.herald.core.relay;

import dev.herald.core.route.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session as it is kept: everything of it but the messages that wait for its client. Immutable.
 *
 * @param id its number; no two sessions of a store ever have the same, so that a session that is
 *     made anew under the identifier of one that ended is another
 * @param appId its app
 * @param clientId its client's identifier, unique in the app
 * @param userId its user, may be empty
 * @param expirySeconds how long it lives on without a connection, 1 or greater
 * @param endsAtMs when it ends, milliseconds since 1970; {@link Message#NEVER} while its client is
 *     connected
 * @param will what is published should its connection be lost, or has been lost; or null
 * @param willAtMs when that will is published, milliseconds since 1970; {@link Message#NEVER} while
 *     its client is connected
 * @param subscriptions what it is subscribed to, each filter once
 * @param received the packet identifiers of QoS 2 messages from its client that are not released
 */
public record SavedSession(
    long id,
    String appId,
    String clientId,
    String userId,
    long expirySeconds,
    long endsAtMs,
    @Nullable Will will,
    long willAtMs,
    List<Subscription> subscriptions,
    List<Integer> received) {

  /**
   * A will.
   *
   * @param message what is published; its expiry counts from then on, so it has none itself
   * @param delaySeconds how long after the connection was lost
   * @param expirySeconds how long after its publication it expires, or -1
   */
  public record Will(Message message, long delaySeconds, long expirySeconds) {}

  /**
   * A subscription.
   *
   * @param filter as the client sent it
   * @param options the edge's own bits
   * @param identifier the subscription identifier, 0 for none
   * @param after the number of the group's last event that the client has or is kept for it, 0 or
   *     greater; -1 for a subscription that does not go on from one
   */
  public record Subscription(String filter, int options, int identifier, long after) {}

  /**
   * A QoS 1 or 2 message that waits for the client, or is with it and not complete.
   *
   * @param no its place among the messages of its session: they were, or are to be, sent in the
   *     order of their numbers; 1 or greater
   * @param message what was published; the same object for every session it waits for
   * @param qos 1 or 2
   * @param retain whether it is sent with the retain flag
   * @param identifiers the subscription identifiers it is sent with
   * @param packetId the packet identifier it was sent under, 0 while it was not
   * @param received whether the client has received it (PUBREC)
   */
  public record Queued(
      int no,
      Message message,
      int qos,
      boolean retain,
      List<Integer> identifiers,
      int packetId,
      boolean received) {}
}
