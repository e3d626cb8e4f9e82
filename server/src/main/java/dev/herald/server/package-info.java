/**
 * The assembly: the process, its command line, and the composition root that makes a server of the
 * parts. Exit codes: 0 done or stopped in order, 1 the start failed, 2 the command line or the
 * configuration is wrong.
 */
@NullMarked
package dev.herald.server;

import org.jspecify.annotations.NullMarked;
