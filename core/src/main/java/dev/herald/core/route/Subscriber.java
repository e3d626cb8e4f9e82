package dev.herald.core.route;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A party that messages are routed to: an MQTT session or a gateway. Owned by its lane. */
public abstract class Subscriber {
  private static final Logger LOG = System.getLogger(Subscriber.class.getName());

  private final Lane lane;

  /**
   * Gathers the subscriptions one message matched: null, a Subscription, or a list of them.
   * Lane-owned.
   */
  private @Nullable Object matched;

  /**
   * Makes a subscriber.
   *
   * @param lane the thread that owns it
   */
  protected Subscriber(Lane lane) {
    this.lane = lane;
  }

  /** Returns the lane that owns this subscriber. */
  public final Lane lane() {
    return lane;
  }

  /**
   * Takes a message that one subscription matched. Called on the lane; must not block nor throw
   * (what it throws is logged and harms no other subscriber). It may publish, and may remove its
   * own subscriptions, but not those of others.
   *
   * @param message what was published
   * @param subscription the subscription that matched
   */
  protected abstract void deliver(Message message, Subscription subscription);

  /**
   * Takes a message that several subscriptions matched, once. Called on the lane; must not block
   * nor throw.
   *
   * @param message what was published
   * @param subscriptions the subscriptions that matched, two or more
   */
  protected abstract void deliver(Message message, List<Subscription> subscriptions);

  /**
   * Returns whether it is a consumer group, whose members' acknowledgements a publisher awaits. The
   * same for its whole life; from any thread.
   */
  protected boolean isGroup() {
    return false;
  }

  /** Notes a match; returns whether it is the first one of the message at hand. */
  final boolean match(Subscription subscription) {
    switch (matched) {
      case null -> {
        matched = subscription;
        return true;
      }
      case Subscription first -> {
        List<Subscription> several = new ArrayList<>(4);
        several.add(first);
        several.add(subscription);
        matched = several;
      }
      default -> list(matched).add(subscription);
    }
    return false;
  }

  /** Delivers what was matched and forgets the matches; never throws. */
  final void deliverMatched(Message message) {
    Object found = matched;
    matched = null;
    if (found instanceof Subscription one) {
      deliverOne(message, one);
    } else if (found != null) {
      try {
        deliver(message, list(found));
      } catch (Throwable failure) {
        logFailure(failure);
      }
    }
  }

  /** Delivers to one subscription; never throws. */
  final void deliverOne(Message message, Subscription subscription) {
    try {
      deliver(message, subscription);
    } catch (Throwable failure) {
      logFailure(failure);
    }
  }

  private void logFailure(Throwable failure) {
    LOG.log(Level.ERROR, "route.delivery_failed lane=" + lane.index(), failure);
  }

  @SuppressWarnings("unchecked")
  private static List<Subscription> list(Object matches) {
    return (List<Subscription>) matches;
  }
}
