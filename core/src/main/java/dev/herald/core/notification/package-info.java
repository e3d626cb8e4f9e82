/** Notifications: a push to all clients of an app, or to those of a user, device or tag. */
@NullMarked
package dev.herald.core.notification;

import org.jspecify.annotations.NullMarked;
