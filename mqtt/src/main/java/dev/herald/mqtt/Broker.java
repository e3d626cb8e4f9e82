package dev.herald.mqtt;

import dev.herald.core.app.Apps;
import dev.herald.core.app.Permissions;
import dev.herald.core.chat.Chats;
import dev.herald.core.client.ClientDocuments;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.group.GroupCommands;
import dev.herald.core.group.GroupRequests;
import dev.herald.core.group.LaneQueries;
import dev.herald.core.notification.Notifications;
import dev.herald.core.presence.Presence;
import dev.herald.core.route.Router;
import dev.herald.mqtt.codec.Limit;
import java.time.InstantSource;
import java.util.Collection;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What every connection of the edge works with.
 *
 * @param settings the limits
 * @param apps the apps
 * @param router brings messages to subscribers
 * @param groups takes the messages of groups
 * @param requests takes the requests to groups
 * @param queries asks what groups have
 * @param chats the chats of this node
 * @param notifications sends notifications
 * @param presence tells who is online
 * @param documents reads and makes what clients are told of both
 * @param permissions who may do what
 * @param eventJson makes the payload of an event
 * @param sessions the sessions of this node
 * @param counters what is counted
 * @param memory what the server does without while memory is short
 * @param clock the time of expiries
 */
record Broker(
    MqttSettings settings,
    Apps apps,
    Router router,
    GroupCommands groups,
    GroupRequests requests,
    LaneQueries queries,
    Chats chats,
    Notifications notifications,
    Presence presence,
    ClientDocuments documents,
    Permissions permissions,
    Function<GroupEvent, byte[]> eventJson,
    Sessions sessions,
    Counters counters,
    MemoryPressure memory,
    InstantSource clock) {

  /**
   * Returns which limit a session's queue would be beyond, or null.
   *
   * @param absent whether the session has no connection
   * @param bytes how many bytes the queue would hold
   * @param queue what waits now; null for nothing
   */
  @Nullable Limit queueLimitMet(boolean absent, long bytes, @Nullable Collection<?> queue) {
    long usual = settings.queueBytesMax();
    if (bytes > usual) {
      return Limit.QUEUE_BYTES;
    }
    if (absent && bytes > memory.ofAbsent(usual)) {
      return Limit.MEMORY;
    }
    return queue != null && queue.size() >= settings.queueMessagesMax()
        ? Limit.QUEUE_MESSAGES
        : null;
  }
}
