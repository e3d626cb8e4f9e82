package dev.herald.mqtt;

import dev.herald.core.app.Apps;
import dev.herald.core.group.GroupCommands;
import dev.herald.core.route.Router;
import java.time.InstantSource;

/**
 * What every connection of the edge works with.
 *
 * @param settings the limits
 * @param apps the apps
 * @param router brings messages to subscribers
 * @param groups takes the messages of groups
 * @param sessions the sessions of this node
 * @param counters what is counted
 * @param clock the time of expiries
 */
record Broker(
    MqttSettings settings,
    Apps apps,
    Router router,
    GroupCommands groups,
    Sessions sessions,
    Counters counters,
    InstantSource clock) {}
