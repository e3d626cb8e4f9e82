/** The core of Herald. */
@NullMarked
package dev.herald.core;

import org.jspecify.annotations.NullMarked;
