package dev.herald.load;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Who publishes to whom. */
enum Scenario {
  /** Each publisher has one subscriber. */
  PAIRS("1:1"),
  /** One publisher; each message goes to every subscriber. */
  FAN_OUT("fanout"),
  /** Many publishers, each of which has one of a few subscribers. */
  FAN_IN("fanin"),
  /** Many publishers; each message goes to one member of a shared subscription. */
  SHARED("shared"),
  /** Every client subscribes to a topic of its own and publishes to another's. */
  MIXED("mixed"),
  /** Chats of a few clients each, who all speak. */
  CHAT("chat"),
  /** The same over ordinary topics, which promise no common order. */
  ROOMS("rooms"),
  /** Nobody publishes; connections are opened and kept. */
  CONNECTIONS("connections");

  private final String text;

  Scenario(String text) {
    this.text = text;
  }

  /** Returns the scenario of a name; throws IllegalArgumentException with the right names. */
  static Scenario of(String name) {
    for (Scenario scenario : values()) {
      if (scenario.text.equals(name)) {
        return scenario;
      }
    }
    throw new IllegalArgumentException(
        "must be one of "
            + Arrays.stream(values()).map(Scenario::toString).collect(Collectors.joining(", "))
            + ", it is "
            + name);
  }

  /** Returns whether a few clients at a time talk with each other. */
  boolean isTalk() {
    return this == CHAT || this == ROOMS;
  }

  /** Returns the name as it is given on the command line. */
  @Override
  public String toString() {
    return text;
  }
}
