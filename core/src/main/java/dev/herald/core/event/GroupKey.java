package dev.herald.core.event;

/**
 * Names one group of one app. Both ids are compared exactly: case and trailing spaces count.
 *
 * @param appId the app, 1 to 127 characters
 * @param groupId the group within the app, 1 to 127 characters
 */
public record GroupKey(String appId, String groupId) {}
