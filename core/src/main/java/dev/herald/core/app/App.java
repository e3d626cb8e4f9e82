package dev.herald.core.app;

import dev.herald.core.consumer.ConsumerGroups;
import dev.herald.core.route.TopicTree;

/**
 * A tenant: its topics, consumer groups and retained messages, which no other app's filter ever
 * matches. Thread-safe.
 */
public final class App {
  private final String id;
  private final TopicTree topics;
  private final ConsumerGroups consumers;
  private final RetainedMessages retained;

  App(String id, TopicTree topics, ConsumerGroups consumers, RetainedMessages retained) {
    this.id = id;
    this.topics = topics;
    this.consumers = consumers;
    this.retained = retained;
  }

  /** Returns the app's id. */
  public String id() {
    return id;
  }

  /** Returns the subscriptions of this app. */
  public TopicTree topics() {
    return topics;
  }

  /** Returns the consumer groups of this app. */
  public ConsumerGroups consumers() {
    return consumers;
  }

  /** Returns the retained messages of this app. */
  public RetainedMessages retained() {
    return retained;
  }
}
