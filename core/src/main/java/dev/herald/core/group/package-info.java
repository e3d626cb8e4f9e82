/** Groups: what is done to them (commands), asked of them (queries), applied and shown. */
@NullMarked
package dev.herald.core.group;

import org.jspecify.annotations.NullMarked;
