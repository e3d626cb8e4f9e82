/**
 * The log: one line for each event on standard error, whichever logging interface it came through.
 */
@NullMarked
package dev.herald.server.log;

import org.jspecify.annotations.NullMarked;
