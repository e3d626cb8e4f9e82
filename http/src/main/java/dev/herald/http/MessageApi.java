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
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupLimits;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.store.History.TimeRange;
import dev.herald.core.store.Scope;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** The messages of the group-message contract over HTTP. Thread-safe. */
final class MessageApi {
  /** Carries the id of the message that was created. */
  static final String MESSAGE_ID_HEADER = "herald-message-id";

  private static final Set<String> RECALL_FIELDS = Set.of("messageId", "recallCause");

  private final Hub hub;
  private final int requestBytesMax;

  MessageApi(Hub hub, int requestBytesMax) {
    this.hub = hub;
    this.requestBytesMax = requestBytesMax;
  }

  /** Creates a message; no thread waits for it to be stored. */
  HttpResponse create(ServiceRequestContext ctx, HttpRequest request) {
    return HttpResponse.of(
        Body.read(request, requestBytesMax)
            .thenCompose(body -> hub.admitted().create(DraftJson.read(body)))
            .thenApplyAsync(MessageApi::created, ctx.eventLoop()));
  }

  private static HttpResponse created(Outcome outcome) {
    return HttpResponse.of(
        ResponseHeaders.builder(HttpStatus.OK)
            .contentType(MediaType.JSON_UTF_8)
            .set(MESSAGE_ID_HEADER, Long.toString(outcome.message().messageId()))
            .build(),
        HttpData.wrap(Envelope.DONE));
  }

  /** Recalls a message. */
  HttpResponse recall(ServiceRequestContext ctx, HttpRequest request) {
    return HttpResponse.of(
        Body.read(request, requestBytesMax)
            .thenCompose(body -> {
              Fields fields = Fields.read(body, RECALL_FIELDS);
              Target target = new Target(fields.number("messageId"), null, null, null);
              return hub.admitted().recall(target, fields.text("recallCause"));
            })
            .thenApplyAsync(outcome -> Answers.json(Envelope.DONE), ctx.eventLoop()));
  }

  /** Finds a page of a group's messages. */
  HttpResponse findByGroup(ServiceRequestContext ctx, HttpRequest request) {
    return page(ctx, query -> Scope.ofGroup(query.text("appId"), query.text("groupId")));
  }

  /** Finds a page of a user's messages in all groups. */
  HttpResponse findByUser(ServiceRequestContext ctx, HttpRequest request) {
    return page(ctx, query -> Scope.ofUser(query.text("appId"), query.text("userId")));
  }

  /** Finds a page of a user's messages in a group. */
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
            Answers.json(
                Envelope.messages(hub.queries().messages(whose, range, pageNum, pageSize))));
  }

  /** Finds the messages of a group just before one of them. */
  HttpResponse findBefore(ServiceRequestContext ctx, HttpRequest request) {
    return beside(ctx, hub.queries()::messagesBefore);
  }

  /** Finds the messages of a group just after one of them. */
  HttpResponse findAfter(ServiceRequestContext ctx, HttpRequest request) {
    return beside(ctx, hub.queries()::messagesAfter);
  }

  private static HttpResponse beside(ServiceRequestContext ctx, Beside side) {
    Query query = new Query(ctx.query());
    GroupKey key =
        new GroupKey(
            GroupLimits.checkId("appId", query.text("appId")),
            GroupLimits.checkId("groupId", query.text("groupId")));
    long messageId = query.number("messageId");
    int pageSize = query.pageSize();
    return Answers.later(
        ctx, () -> Answers.json(Envelope.messages(side.of(key, messageId, pageSize))));
  }

  /** Finds the groups of a user. */
  HttpResponse groups(ServiceRequestContext ctx, HttpRequest request) {
    Query query = new Query(ctx.query());
    String appId = query.text("appId");
    String userId = query.text("userId");
    return Answers.later(
        ctx, () -> Answers.json(Envelope.groups(hub.queries().groups(appId, userId))));
  }

  /** One of the two sides of a message. */
  private interface Beside {
    List<GroupMessage> of(GroupKey key, long messageId, int pageSize);
  }
}
