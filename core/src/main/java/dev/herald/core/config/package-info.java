/**
 * Typed settings: the {@link dev.herald.core.config.Setting} annotation that describes one
 * configuration value, and the tree of keys read from annotated records.
 */
@NullMarked
package dev.herald.core.config;

import org.jspecify.annotations.NullMarked;
