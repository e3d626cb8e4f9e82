/** Apps, the isolation boundary: each has its own topics and retained messages. */
@NullMarked
package dev.herald.core.app;

import org.jspecify.annotations.NullMarked;
