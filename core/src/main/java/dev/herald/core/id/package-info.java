/** Identifiers made by the server. */
@NullMarked
package dev.herald.core.id;

import org.jspecify.annotations.NullMarked;
