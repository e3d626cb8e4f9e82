package dev.herald.core.client;

import dev.herald.core.bus.BusMessage;
import org.jspecify.annotations.Nullable;

/**
 * A client of a user came or went, or has another device. Immutable.
 *
 * @param appId its app
 * @param userId its user
 * @param clientId its client identifier
 * @param device its device, or null
 * @param online whether it is connected
 * @param atMs when, milliseconds since 1970
 */
public record PresenceEvent(
    String appId,
    String userId,
    String clientId,
    @Nullable String device,
    boolean online,
    long atMs)
    implements BusMessage {}
