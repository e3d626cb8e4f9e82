/** The error catalogue: every refusal has one code, the same at every edge. */
@NullMarked
package dev.herald.core.error;

import org.jspecify.annotations.NullMarked;
