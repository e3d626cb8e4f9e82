/** Chats: conversations relayed in memory by the one node that owns each. */
@NullMarked
package dev.herald.core.chat;

import org.jspecify.annotations.NullMarked;
