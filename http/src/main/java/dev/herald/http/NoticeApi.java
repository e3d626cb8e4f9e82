package dev.herald.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.herald.core.event.GroupCommand.Outcome;
import dev.herald.core.event.GroupCommand.Target;
import dev.herald.core.store.History.TimeRange;
import dev.herald.core.store.Scope;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The notices of the group-message contract over HTTP. Thread-safe. */
final class NoticeApi {
  private static final String ID = "informationId";

  private final Hub hub;
  private final int requestBytesMax;

  NoticeApi(Hub hub, int requestBytesMax) {
    this.hub = hub;
    this.requestBytesMax = requestBytesMax;
  }

  /** Publishes a notice. */
  HttpResponse create(ServiceRequestContext ctx, HttpRequest request) {
    return HttpResponse.of(
        Body.read(request, requestBytesMax)
            .thenCompose(body -> hub.admitted().publishNotice(DraftJson.readNotice(body)))
            .thenApplyAsync(NoticeApi::published, ctx.eventLoop()));
  }

  private static HttpResponse published(Outcome outcome) {
    return HttpResponse.of(
        ResponseHeaders.builder(HttpStatus.OK)
            .contentType(MediaType.JSON_UTF_8)
            .set(MessageApi.MESSAGE_ID_HEADER, Long.toString(outcome.notice().noticeId()))
            .build(),
        HttpData.wrap(Envelope.DONE));
  }

  /** Deletes a notice, which the query names, or a form, or JSON. */
  HttpResponse delete(ServiceRequestContext ctx, HttpRequest request) {
    Query query = new Query(ctx.query());
    MediaType type = request.contentType();
    return HttpResponse.of(
        Body.read(request, requestBytesMax)
            .thenCompose(body ->
                hub.admitted().deleteNotice(new Target(id(query, type, body), null, null, null)))
            .thenApplyAsync(outcome -> Answers.json(Envelope.DONE), ctx.eventLoop()));
  }

  private static long id(Query query, @Nullable MediaType type, byte[] body) {
    if (query.text(ID) != null) {
      return query.number(ID);
    }
    return type != null && type.belongsTo(MediaType.FORM_DATA)
        ? new Query(Text.utf8("the form", body)).number(ID)
        : Fields.read(body, Set.of(ID)).number(ID);
  }

  /** Finds a page of a group's notices. */
  HttpResponse findByGroup(ServiceRequestContext ctx, HttpRequest request) {
    return page(ctx, query -> Scope.ofGroup(query.text("appId"), query.text("groupId")));
  }

  /** Finds a page of a user's notices in all groups. */
  HttpResponse findByUser(ServiceRequestContext ctx, HttpRequest request) {
    return page(ctx, query -> Scope.ofUser(query.text("appId"), query.text("userId")));
  }

  /** Finds a page of a user's notices in a group. */
  HttpResponse findByGroupAndUser(ServiceRequestContext ctx, HttpRequest request) {
    return page(
        ctx,
        query -> Scope.ofMember(query.text("appId"), query.text("groupId"), query.text("userId")));
  }

  private HttpResponse page(ServiceRequestContext ctx, Function<Query, Scope> scope) {
    Query query = new Query(ctx.query());
    Scope whose = scope.apply(query);
    TimeRange range = query.timeRange();
    long pageNum = query.number("pageNum");
    int pageSize = query.pageSize();
    return Answers.later(
        ctx,
        () ->
            Answers.json(Envelope.notices(hub.queries().notices(whose, range, pageNum, pageSize))));
  }
}
