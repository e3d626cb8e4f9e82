/**
 * What can happen in a group, as data: commands, the numbered events they become, messages, and
 * their limits.
 */
@NullMarked
package dev.herald.core.event;

import org.jspecify.annotations.NullMarked;
