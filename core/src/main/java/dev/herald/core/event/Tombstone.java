package dev.herald.core.event;

import org.jspecify.annotations.Nullable;

/**
 * What remains of a recalled message or a deleted notice beside its ids. Immutable.
 *
 * @param timeMs when it was withdrawn, milliseconds since 1970
 * @param cause the reason given, at most {@link GroupLimits#CAUSE_CHARACTERS_MAX} characters, or
 *     null
 * @param userId who withdrew it, or null when the caller named nobody
 */
public record Tombstone(long timeMs, @Nullable String cause, @Nullable String userId) {}
