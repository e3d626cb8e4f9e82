package dev.herald.core.client;

/**
 * What became of a notification.
 *
 * @param id its number
 * @param reached how many clients were handed it
 * @param complete whether all nodes told whom they reached; if not, there may be more
 * @param kept whether it waits for clients that connect later
 */
public record NotificationOutcome(long id, long reached, boolean complete, boolean kept) {}
