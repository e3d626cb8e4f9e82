package dev.herald.http;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.herald.core.event.GroupCommand.Target;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupNotice;
import dev.herald.core.store.History.Cursor;
import dev.herald.core.store.Scope;
import java.util.List;

/** The notices of a group as resources: {@code /v1/apps/.../groups/.../notices}. Thread-safe. */
final class NoticeResources {
  private static final int LIMIT_DEFAULT = 50;

  private final Hub hub;
  private final int requestBytesMax;

  NoticeResources(Hub hub, int requestBytesMax) {
    this.hub = hub;
    this.requestBytesMax = requestBytesMax;
  }

  /** Publishes a notice; a retry is answered with the notice of the first try. */
  HttpResponse create(ServiceRequestContext ctx, HttpRequest request) {
    GroupKey key = PathLevels.of(ctx).group();
    return HttpResponse.of(
        Body.read(request, requestBytesMax)
            .thenCompose(body ->
                hub.admitted()
                    .publishNotice(DraftJson.readNotice(key.appId(), key.groupId(), body)))
            .thenApplyAsync(
                outcome -> {
                  GroupNotice notice = outcome.notice();
                  String path = PathLevels.pathOf(notice.key(), "notices", notice.noticeId());
                  return Answers.created(outcome.repeated(), path, encode(notice));
                },
                ctx.eventLoop()));
  }

  /** Deletes a notice; the query may name the user who does. */
  HttpResponse delete(ServiceRequestContext ctx, HttpRequest request) {
    PathLevels path = PathLevels.of(ctx);
    GroupKey key = path.group();
    String userId = new Query(ctx.query()).text("userId");
    Target target = new Target(path.number("noticeId"), key.appId(), key.groupId(), userId);
    return HttpResponse.of(
        Body.read(request, requestBytesMax)
            .thenCompose(body -> hub.admitted().deleteNotice(target))
            .thenApplyAsync(outcome -> Answers.json(encode(outcome.notice())), ctx.eventLoop()));
  }

  /** Gives a notice as it is now, also a deleted one. */
  HttpResponse get(ServiceRequestContext ctx, HttpRequest request) {
    PathLevels path = PathLevels.of(ctx);
    GroupKey key = path.group();
    long id = path.number("noticeId");
    return Answers.later(ctx, () -> Answers.tagged(request, encode(hub.queries().notice(key, id))));
  }

  /** Gives the notices of a group, the newest first, page by page. */
  HttpResponse list(ServiceRequestContext ctx, HttpRequest request) {
    GroupKey key = PathLevels.of(ctx).group();
    Query query = new Query(ctx.query());
    Scope scope = Scope.ofGroup(key.appId(), key.groupId());
    Cursor before = query.cursor("before");
    int limit = query.limit(LIMIT_DEFAULT);
    return Answers.later(
        ctx,
        () ->
            Answers.tagged(
                request, encode(hub.queries().noticesBefore(scope, before, limit), limit)));
  }

  private static byte[] encode(List<GroupNotice> notices, int limit) {
    return Json.encode(json -> {
      json.writeStartObject();
      json.writeArrayFieldStart("notices");
      for (GroupNotice notice : notices) {
        NoticeJson.writeResource(json, notice);
      }
      json.writeEndArray();
      GroupNotice last = notices.size() < limit ? null : notices.getLast();
      json.writeStringField(
          "before",
          last == null ? null : Cursors.of(new Cursor(last.createTimeMs(), last.noticeId())));
      json.writeEndObject();
    });
  }

  private static byte[] encode(GroupNotice notice) {
    return Json.encode(json -> NoticeJson.writeResource(json, notice));
  }
}
