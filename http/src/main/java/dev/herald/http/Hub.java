package dev.herald.http;

import dev.herald.core.app.Apps;
import dev.herald.core.chat.Chats;
import dev.herald.core.client.ClientDirectory;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.group.GroupCommands;
import dev.herald.core.group.GroupLedger;
import dev.herald.core.group.GroupQueries;
import dev.herald.core.metric.Metrics;
import dev.herald.core.notification.Notifications;
import dev.herald.core.presence.Presence;
import dev.herald.core.route.Router;
import dev.herald.core.web.Origins;

/**
 * The parts of the core that the HTTP edge works with.
 *
 * @param commands creates messages
 * @param queries finds them
 * @param notifications sends them
 * @param presence knows who is online
 * @param apps the apps with their subscribers
 * @param chats the chats of this node
 * @param router brings events to gateways; the edge adds its lane to it
 * @param ledger remembers the way of recent messages
 * @param clients the MQTT clients, to be looked after
 * @param lane the index of the edge's lane, unique within the router
 * @param metrics where the edge counts, and what it exports
 * @param origins which web pages may use the server
 */
public record Hub(
    GroupCommands commands,
    GroupQueries queries,
    Notifications notifications,
    Presence presence,
    Apps apps,
    Chats chats,
    Router router,
    GroupLedger ledger,
    ClientDirectory clients,
    int lane,
    Metrics metrics,
    Origins origins) {
  /**
   * Returns the commands, for one that is to be given now.
   *
   * @throws HeraldException SUBSCRIBERS_BUSY while subscribers cannot follow what is shown already
   */
  GroupCommands admitted() {
    if (router.isCongested()) {
      throw new HeraldException(ErrorCode.SUBSCRIBERS_BUSY, ErrorCode.SUBSCRIBERS_BUSY.text());
    }
    return commands;
  }
}
