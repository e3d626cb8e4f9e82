/** MQTT over TCP and WebSocket. */
@NullMarked
package dev.herald.mqtt;

import org.jspecify.annotations.NullMarked;
