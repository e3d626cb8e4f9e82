/** The port that knows the live nodes and their leases. */
@NullMarked
package dev.herald.core.registry;

import org.jspecify.annotations.NullMarked;
