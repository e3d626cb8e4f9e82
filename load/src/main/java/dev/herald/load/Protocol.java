package dev.herald.load;

/** The version of MQTT that is spoken. */
enum Protocol {
  V3_1_1("3.1.1", 4),
  V5("5", 5);

  private final String text;
  private final int level;

  Protocol(String text, int level) {
    this.text = text;
    this.level = level;
  }

  /** Returns the protocol level of the CONNECT packet. */
  int level() {
    return level;
  }

  /** Returns whether packets carry properties and reason codes. */
  boolean hasProperties() {
    return this == V5;
  }

  /** Returns the version as it is written: 3.1.1 or 5. */
  @Override
  public String toString() {
    return text;
  }
}
