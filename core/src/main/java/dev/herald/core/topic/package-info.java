/** Topic names and filters, and the tree that finds a topic's subscribers. */
@NullMarked
package dev.herald.core.topic;

import org.jspecify.annotations.NullMarked;
