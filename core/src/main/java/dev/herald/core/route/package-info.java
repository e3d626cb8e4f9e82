/** The router: one message to every subscriber it matches, one task for each lane. */
@NullMarked
package dev.herald.core.route;

import org.jspecify.annotations.NullMarked;
