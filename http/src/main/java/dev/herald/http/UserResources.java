package dev.herald.http;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.store.History.UserGroup;
import java.util.List;
import java.util.Set;

/** The groups of a user and how far the user has read each. Thread-safe. */
final class UserResources {
  private static final Set<String> READ_FIELDS = Set.of("userId", "seq");

  private final Hub hub;
  private final int requestBytesMax;

  UserResources(Hub hub, int requestBytesMax) {
    this.hub = hub;
    this.requestBytesMax = requestBytesMax;
  }

  /** Gives the groups of a user, the one with the latest message first. */
  HttpResponse groups(ServiceRequestContext ctx, HttpRequest request) {
    PathLevels path = PathLevels.of(ctx);
    String appId = path.appId();
    String userId = path.userId();
    return Answers.later(
        ctx, () -> Answers.tagged(request, encode(hub.queries().groups(appId, userId))));
  }

  private static byte[] encode(List<UserGroup> groups) {
    return Json.encode(json -> {
      json.writeStartObject();
      json.writeArrayFieldStart("groups");
      for (UserGroup group : groups) {
        json.writeStartObject();
        json.writeStringField("groupId", group.key().groupId());
        json.writeNumberField("seq", group.seq());
        json.writeNumberField("updateTime", group.updateTimeMs());
        json.writeNumberField("messageTotal", group.messageTotal());
        json.writeNumberField("readSeq", group.readSeq());
        json.writeNumberField("unread", group.unread());
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
      json.writeEndObject();
    });
  }

  /** Notes how far a user has read a group. */
  HttpResponse read(ServiceRequestContext ctx, HttpRequest request) {
    GroupKey key = PathLevels.of(ctx).group();
    return HttpResponse.of(
        Body.read(request, requestBytesMax)
            .thenCompose(body -> {
              Fields fields = Fields.read(body, READ_FIELDS);
              return hub.admitted()
                  .markRead(
                      key.appId(), key.groupId(), fields.text("userId"), fields.number("seq"));
            })
            .thenApplyAsync(outcome -> done(), ctx.eventLoop()));
  }

  /** Makes a user a member of a group. */
  HttpResponse add(ServiceRequestContext ctx, HttpRequest request) {
    PathLevels path = PathLevels.of(ctx);
    GroupKey key = path.group();
    String userId = path.member();
    return HttpResponse.of(
        Body.read(request, requestBytesMax)
            .thenCompose(body -> hub.admitted().addMember(key.appId(), key.groupId(), userId))
            .thenApplyAsync(outcome -> done(), ctx.eventLoop()));
  }

  private static HttpResponse done() {
    return HttpResponse.of(HttpStatus.NO_CONTENT);
  }
}
