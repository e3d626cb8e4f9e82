/** Presence: which clients of a user are online, and when a user was last seen. */
@NullMarked
package dev.herald.core.presence;

import org.jspecify.annotations.NullMarked;
