/** The port between nodes: what one node shows, all nodes show. */
@NullMarked
package dev.herald.core.bus;

import org.jspecify.annotations.NullMarked;
