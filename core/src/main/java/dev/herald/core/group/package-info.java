/** Groups: commands, the numbered events they become, queries and the live feed. */
@NullMarked
package dev.herald.core.group;

import org.jspecify.annotations.NullMarked;
