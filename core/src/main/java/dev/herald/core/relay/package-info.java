/** What a relay remembers over a restart: retained messages and sessions, and who writes them. */
@NullMarked
package dev.herald.core.relay;

import org.jspecify.annotations.NullMarked;
