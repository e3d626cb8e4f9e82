package dev.herald.core.group;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupLimits;
import dev.herald.core.store.Store;
import dev.herald.core.store.Store.GroupHead;
import dev.herald.core.store.Store.MessagePage;
import dev.herald.core.store.Store.Page;
import dev.herald.core.store.Store.TimeRange;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The queries on groups: they read the store and nothing else. Thread-safe; they block on the
 * store.
 */
public final class GroupQueries {
  private final Store store;

  /**
   * Makes the queries.
   *
   * @param store what they read
   */
  public GroupQueries(Store store) {
    this.store = store;
  }

  /**
   * Finds a group's messages, oldest first, recalled ones included.
   *
   * @param appId the app
   * @param groupId the group; an unknown one has no messages
   * @param range which create times count; an empty range has no messages
   * @param pageNum 0 and 1 are the first page, 2 the second
   * @param pageSize 1 to {@link GroupLimits#PAGE_SIZE_MAX}
   * @throws HeraldException FIELD_MISSING, FIELD_INVALID or STORE_UNAVAILABLE
   */
  public MessagePage findByGroup(
      @Nullable String appId,
      @Nullable String groupId,
      TimeRange range,
      long pageNum,
      int pageSize) {
    GroupKey key =
        new GroupKey(GroupLimits.checkId("appId", appId), GroupLimits.checkId("groupId", groupId));
    GroupLimits.checkPageSize(pageSize);
    if (pageNum < 0) {
      throw new HeraldException(
          ErrorCode.FIELD_INVALID, "pageNum must be 0 or greater, it is " + pageNum);
    }
    if (range.startMs() >= range.endMs()) {
      return new MessagePage(0, List.of());
    }
    return store.findByGroup(key, range, new Page(Math.max(0, pageNum - 1), pageSize));
  }

  /**
   * Reads where groups stand; one without events is absent.
   *
   * @throws HeraldException STORE_UNAVAILABLE
   */
  public Map<GroupKey, GroupHead> heads(Collection<GroupKey> keys) {
    return store.heads(keys);
  }

  /**
   * Reads a group's events after a number, in order.
   *
   * @param key the group
   * @param afterSeq 0 or greater
   * @param limit how many at most, 1 to {@link GroupLimits#PAGE_SIZE_MAX}
   * @throws HeraldException FIELD_INVALID or STORE_UNAVAILABLE
   */
  public List<GroupEvent> eventsAfter(GroupKey key, long afterSeq, int limit) {
    GroupLimits.checkPageSize(limit);
    if (afterSeq < 0) {
      throw new HeraldException(
          ErrorCode.FIELD_INVALID, "after must be 0 or greater, it is " + afterSeq);
    }
    return store.eventsAfter(key, afterSeq, limit);
  }
}
