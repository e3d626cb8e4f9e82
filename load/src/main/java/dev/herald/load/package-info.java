/** The load tool: measures an MQTT broker, and checks what it delivered. */
@NullMarked
package dev.herald.load;

import org.jspecify.annotations.NullMarked;
