/** The metric catalogue: counters and gauges by name, read by whoever exports them. */
@NullMarked
package dev.herald.core.metric;

import org.jspecify.annotations.NullMarked;
