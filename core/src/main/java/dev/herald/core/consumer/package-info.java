/** Consumer groups: each message of a group's filter goes to one of its live members. */
@NullMarked
package dev.herald.core.consumer;

import org.jspecify.annotations.NullMarked;
