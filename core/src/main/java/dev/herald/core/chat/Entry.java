package dev.herald.core.chat;

import dev.herald.core.registry.Registry;

/** What became of a wish to join a chat that was not refused. */
public sealed interface Entry permits Place, Entry.Elsewhere {
  /**
   * Another node owns the chat, and the client is to go there.
   *
   * @param node the owner
   */
  record Elsewhere(Registry.Node node) implements Entry {}
}
