package dev.herald.core.chat;

import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;

/**
 * The seat of a client that is connected to another node, as the chat's owner has it.
 *
 * @param lane the chat's
 * @param node the other node
 * @param chat the chat
 * @param who the client
 */
record RemoteSeat(Lane lane, String node, ChatPacket.Owned chat, Who who) implements Seat {
  /** Returns whether another seat is at the same node, which knows by itself who sits on it. */
  boolean isBeside(Seat other) {
    return other instanceof RemoteSeat remote
        && remote.node.equals(node)
        && remote.chat.equals(chat);
  }

  @Override
  public void take(Message message) {
    throw new IllegalStateException("its node is told, once for all its seats");
  }

  @Override
  public void closed() {
    throw new IllegalStateException("its node is told");
  }
}
