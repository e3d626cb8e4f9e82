/** System tests. */
@NullMarked
package dev.herald.it;

import org.jspecify.annotations.NullMarked;
