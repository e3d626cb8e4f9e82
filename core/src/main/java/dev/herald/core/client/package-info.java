/** The connected clients of an app by user, device and tag, and what is told them for it. */
@NullMarked
package dev.herald.core.client;

import org.jspecify.annotations.NullMarked;
