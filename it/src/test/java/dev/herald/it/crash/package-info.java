/** Proof that nothing acknowledged is lost: the server is killed under load, again and again. */
@NullMarked
package dev.herald.it.crash;

import org.jspecify.annotations.NullMarked;
