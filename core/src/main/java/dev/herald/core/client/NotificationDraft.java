package dev.herald.core.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A notification that somebody wants to send, not checked.
 *
 * @param targets whom it is for
 * @param content what they get, or null if it is missing
 * @param contentType what the content is, for clients of MQTT 5; or null
 * @param ttlSeconds for how long clients that connect get it too, 0 for those only that are
 *     connected
 */
public record NotificationDraft(
    List<Target> targets,
    @Nullable String content,
    @Nullable String contentType,
    long ttlSeconds) {}
