package dev.herald.load;

import java.time.Duration;

/**
 * What a run of connections does; checked.
 *
 * @param count how many connections
 * @param atOnce how many are being made at any moment
 * @param pingSeconds the keep-alive they announce and the time between two pings of each; 0 for
 *     none
 * @param subscribed whether each subscribes to a topic of its own
 * @param settle how long the broker's memory has to stay the same before it is believed
 * @param duration how long they are held
 */
record ConnectionsPlan(
    int count,
    int atOnce,
    int pingSeconds,
    boolean subscribed,
    Duration settle,
    Duration duration) {}
