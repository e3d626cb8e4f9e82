/** Configuration, wiring and command line. */
@NullMarked
package dev.herald.server;

import org.jspecify.annotations.NullMarked;
