package dev.herald.core.chat;

import dev.herald.core.bus.BusMessage;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.registry.Registry.ChatKey;
import dev.herald.core.route.Message;
import org.jspecify.annotations.Nullable;

/**
 * What one node says to another about a chat that one of them owns. A node relays for its clients:
 * to the owner what they do, from the owner what they are told. Both go by the ownership that the
 * relaying node learned when it joined: what is said under another one is of another chat.
 *
 * @param to the node it is for
 * @param from the node it is from
 * @param chat the chat, under one ownership
 * @param request the number of a question, which its answer has too; 0 if none is awaited
 * @param body what it says
 */
record ChatPacket(String to, String from, Owned chat, long request, Body body)
    implements BusMessage {

  @Override
  public String appId() {
    return chat.key().appId();
  }

  /**
   * A chat under one ownership.
   *
   * @param key the chat
   * @param epoch the number of the ownership
   */
  record Owned(ChatKey key, long epoch) {}

  /** What is said. */
  sealed interface Body {}

  /** To the owner, a question: a client wants to join. */
  record Join(Seat.Who who) implements Body {}

  /** To the owner: a client leaves. */
  record Leave(String clientId) implements Body {}

  /** To the owner: a client's connection is lost; its seat may be kept. */
  record Away(String clientId, boolean keeps) implements Body {}

  /** To the owner: a client that was away is back on the seat that was kept. */
  record Back(String clientId) implements Body {}

  /** To the owner: a client is of another user from now on. */
  record ChangeUser(String clientId, String userId) implements Body {}

  /** To the owner, a question: a client says something; answered when all have it. */
  record Say(String clientId, Message message) implements Body {}

  /** To the owner, a question: somebody wants the chat to end. */
  record End(Seat.Who who) implements Body {}

  /** From the owner, a question: to be shown to all seats here; answered when they have it. */
  record Show(Message message) implements Body {}

  /** From the owner: a client is in the chat no longer. */
  record Closed(String clientId) implements Body {}

  /**
   * To a question.
   *
   * @param refusal why not, or null if it was done
   * @param detail a sentence about it
   * @param seq the number of what was said, else 0
   */
  record Answer(@Nullable ErrorCode refusal, String detail, long seq) implements Body {}
}
