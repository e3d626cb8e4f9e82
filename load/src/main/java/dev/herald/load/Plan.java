package dev.herald.load;

import java.time.Duration;

/**
 * What a run that sends messages does; checked.
 *
 * @param scenario who publishes to whom
 * @param publishers how many clients publish
 * @param subscribers how many clients subscribe
 * @param members how many clients talk with each other; 0 where nobody does
 * @param qos 0 or 1, of publishing and subscribing
 * @param payloadBytes the size of every message's payload
 * @param window how many messages a publisher may be ahead of its subscribers and of the
 *     acknowledgements
 * @param perSecond how many messages are due in a second, of all publishers together; 0 for as fast
 *     as the window allows
 * @param duration how long is measured
 * @param warmup how long is sent before that
 * @param coalesced whether what one client has to send at a moment goes out in one write
 */
record Plan(
    Scenario scenario,
    int publishers,
    int subscribers,
    int members,
    int qos,
    int payloadBytes,
    int window,
    double perSecond,
    Duration duration,
    Duration warmup,
    boolean coalesced) {

  /** Returns whether messages are due at given times, whatever the broker does. */
  boolean isOpenLoop() {
    return perSecond > 0;
  }

  /** Returns the same plan with another rate. */
  Plan at(double rate) {
    return new Plan(
        scenario,
        publishers,
        subscribers,
        members,
        qos,
        payloadBytes,
        window,
        rate,
        duration,
        warmup,
        coalesced);
  }
}
