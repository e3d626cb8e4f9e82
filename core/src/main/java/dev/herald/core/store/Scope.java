package dev.herald.core.store;

import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupLimits;
import org.jspecify.annotations.Nullable;

/**
 * Whose messages or notices a query is about: those of a group, those of a user in all groups of an
 * app, or those of a user in a group. Immutable.
 *
 * @param appId the app
 * @param groupId the group, or null for all groups of the app; then there is a user
 * @param userId who wrote or published them, or null for everybody; then there is a group
 */
public record Scope(String appId, @Nullable String groupId, @Nullable String userId) {
  /**
   * Makes a scope.
   *
   * @throws IllegalArgumentException if neither a group nor a user is named
   */
  public Scope {
    if (groupId == null && userId == null) {
      throw new IllegalArgumentException("a scope needs a group or a user");
    }
  }

  /**
   * A group.
   *
   * @throws dev.herald.core.error.HeraldException FIELD_MISSING or FIELD_INVALID, naming the field
   */
  public static Scope ofGroup(@Nullable String appId, @Nullable String groupId) {
    return new Scope(
        GroupLimits.checkId("appId", appId), GroupLimits.checkId("groupId", groupId), null);
  }

  /**
   * A user in all groups of an app.
   *
   * @throws dev.herald.core.error.HeraldException FIELD_MISSING or FIELD_INVALID, naming the field
   */
  public static Scope ofUser(@Nullable String appId, @Nullable String userId) {
    return new Scope(
        GroupLimits.checkId("appId", appId), null, GroupLimits.checkId("userId", userId));
  }

  /**
   * A user in a group.
   *
   * @throws dev.herald.core.error.HeraldException FIELD_MISSING or FIELD_INVALID, naming the field
   */
  public static Scope ofMember(
      @Nullable String appId, @Nullable String groupId, @Nullable String userId) {
    return new Scope(
        GroupLimits.checkId("appId", appId),
        GroupLimits.checkId("groupId", groupId),
        GroupLimits.checkId("userId", userId));
  }

  /** Returns whether something by this user in this group is in the scope. */
  public boolean has(GroupKey key, String author) {
    return appId.equals(key.appId())
        && (groupId == null || groupId.equals(key.groupId()))
        && (userId == null || userId.equals(author));
  }
}
