/**
 * The command line. Exit codes: 0 done or stopped in order, 1 the start failed, 2 the command line
 * or the configuration is wrong.
 */
@NullMarked
package dev.herald.server.cli;

import org.jspecify.annotations.NullMarked;
