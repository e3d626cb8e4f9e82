/** The port that takes commands, keeps them safe and has them applied in order. */
@NullMarked
package dev.herald.core.journal;

import org.jspecify.annotations.NullMarked;
