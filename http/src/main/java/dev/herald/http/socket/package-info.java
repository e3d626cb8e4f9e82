/** Closes the sockets of peers that no longer read, which takes Netty beneath Armeria. */
@NullMarked
package dev.herald.http.socket;

import org.jspecify.annotations.NullMarked;
