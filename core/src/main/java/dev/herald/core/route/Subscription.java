package dev.herald.core.route;

/**
 * One filter a subscriber asked for. Belongs to the subscriber's lane.
 *
 * <p>It knows its place in the filter's list of that lane, so that removing it costs the same
 * however many there are.
 */
public final class Subscription {
  private final Subscriber subscriber;
  private final String filter;
  private final int options;
  private final int identifier;

  /** The place in the lane's list of the filter's node; -1 while in none. */
  int position = -1;

  /**
   * Makes a subscription that is not in a tree yet.
   *
   * @param subscriber who asked
   * @param filter a valid topic filter
   * @param options the edge's own bits, given back with every match (MQTT 5.0 section 3.8.3.1)
   * @param identifier the subscription identifier, 0 for none
   */
  public Subscription(Subscriber subscriber, String filter, int options, int identifier) {
    this.subscriber = subscriber;
    this.filter = filter;
    this.options = options;
    this.identifier = identifier;
  }

  /** Returns who asked. */
  public Subscriber subscriber() {
    return subscriber;
  }

  /** Returns the topic filter. */
  public String filter() {
    return filter;
  }

  /** Returns the edge's own bits. */
  public int options() {
    return options;
  }

  /** Returns the subscription identifier, 0 for none. */
  public int identifier() {
    return identifier;
  }
}
