/** HTTP API and gateway WebSocket. */
@NullMarked
package dev.herald.http;

import org.jspecify.annotations.NullMarked;
