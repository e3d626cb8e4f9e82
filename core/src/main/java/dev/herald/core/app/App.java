package dev.herald.core.app;

import dev.herald.core.route.TopicTree;

/**
 * A tenant: its topics and retained messages, which no other app's filter ever matches.
 * Thread-safe.
 */
public final class App {
  private final String id;
  private final TopicTree topics;
  private final RetainedMessages retained;

  App(String id, TopicTree topics, RetainedMessages retained) {
    this.id = id;
    this.topics = topics;
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

  /** Returns the retained messages of this app. */
  public RetainedMessages retained() {
    return retained;
  }
}
