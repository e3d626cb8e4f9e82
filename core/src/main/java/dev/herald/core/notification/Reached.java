package dev.herald.core.notification;

import dev.herald.core.bus.BusMessage;
import dev.herald.core.client.Clients.Reach;

/**
 * A node tells whom a notification reached there.
 *
 * @param appId its app
 * @param notificationId its number
 * @param node the node
 * @param reach whom it reached
 */
record Reached(String appId, long notificationId, String node, Reach reach) implements BusMessage {}
