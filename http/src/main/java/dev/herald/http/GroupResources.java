package dev.herald.http;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.store.History.GroupSummary;
import java.util.List;

/** The groups of an app: {@code /v1/apps/{appId}/groups}. Thread-safe. */
final class GroupResources {
  private static final int LIMIT_DEFAULT = 50;

  private final Hub hub;

  GroupResources(Hub hub) {
    this.hub = hub;
  }

  /** Gives a page of the groups, in the order of their ids. */
  HttpResponse list(ServiceRequestContext ctx, HttpRequest request) {
    String appId = PathLevels.of(ctx).appId();
    Query query = new Query(ctx.query());
    String after = query.text("after");
    String afterGroupId = after == null || after.isEmpty() ? "" : Cursors.readId("after", after);
    int limit = query.limit(LIMIT_DEFAULT);
    return Answers.later(
        ctx,
        () ->
            Answers.tagged(
                request, encode(hub.queries().groupsAfter(appId, afterGroupId, limit), limit)));
  }

  private static byte[] encode(List<GroupSummary> groups, int limit) {
    return Json.encode(json -> {
      json.writeStartObject();
      json.writeArrayFieldStart("groups");
      for (GroupSummary group : groups) {
        json.writeStartObject();
        json.writeStringField("groupId", group.key().groupId());
        json.writeNumberField("seq", group.seq());
        json.writeNumberField("prunedSeq", group.prunedSeq());
        json.writeNumberField("updateTime", group.updateTimeMs());
        json.writeNumberField("messageTotal", group.messageTotal());
        json.writeFieldName("lastMessage");
        GroupMessage last = group.lastMessage();
        if (last == null) {
          json.writeNull();
        } else {
          MessageJson.writeResource(json, last);
        }
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeStringField(
          "after", groups.size() < limit ? null : Cursors.ofId(groups.getLast().key().groupId()));
      json.writeEndObject();
    });
  }
}
