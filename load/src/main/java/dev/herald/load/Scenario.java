package dev.herald.load;

/** Who publishes to whom. */
enum Scenario {
  /** Each publisher has one subscriber. */
  PAIRS("1:1"),
  /** One publisher, many subscribers. */
  FANOUT("fanout"),
  /** Nobody publishes; connections are opened and kept. */
  CONNECTIONS("connections");

  private final String text;

  Scenario(String text) {
    this.text = text;
  }

  /** Returns the name as it is given on the command line. */
  @Override
  public String toString() {
    return text;
  }
}
