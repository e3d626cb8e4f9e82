/** The house rules that a compiler does not know, held by tests. */
@NullMarked
package dev.herald.it.tidy;

import org.jspecify.annotations.NullMarked;
