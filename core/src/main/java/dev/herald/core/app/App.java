package dev.herald.core.app;

import dev.herald.core.client.Clients;
import dev.herald.core.consumer.ConsumerGroups;
import dev.herald.core.route.TopicTree;

/**
 * A tenant: its topics, consumer groups, retained messages and clients, which no other app's filter
 * ever matches. Thread-safe.
 */
public final class App {
  private final String id;
  private final TopicTree topics;
  private final ConsumerGroups consumers;
  private final RetainedMessages retained;
  private final Clients clients;

  App(
      String id,
      TopicTree topics,
      ConsumerGroups consumers,
      RetainedMessages retained,
      Clients clients) {
    this.id = id;
    this.topics = topics;
    this.consumers = consumers;
    this.retained = retained;
    this.clients = clients;
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

  /** Returns the clients of this app that registered something or take notifications. */
  public Clients clients() {
    return clients;
  }
}
