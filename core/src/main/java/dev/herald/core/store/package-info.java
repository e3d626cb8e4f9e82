/** The port that keeps group events and answers queries. */
@NullMarked
package dev.herald.core.store;

import org.jspecify.annotations.NullMarked;
