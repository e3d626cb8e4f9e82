/**
 * MQTT control packets on the wire, versions 3.1.1 and 5.0: reading with every rule of the
 * specification, writing.
 */
@NullMarked
package dev.herald.mqtt.codec;

import org.jspecify.annotations.NullMarked;
