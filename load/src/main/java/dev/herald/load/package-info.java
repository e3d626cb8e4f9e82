/** Load tool. */
@NullMarked
package dev.herald.load;

import org.jspecify.annotations.NullMarked;
