/** What the system tests stand on: the packaged server and foreign clients as processes. */
@NullMarked
package dev.herald.it.harness;

import org.jspecify.annotations.NullMarked;
