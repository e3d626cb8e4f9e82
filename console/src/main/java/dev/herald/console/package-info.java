/** Static files of the web console. */
@NullMarked
package dev.herald.console;

import org.jspecify.annotations.NullMarked;
