package dev.herald.http;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupCommand.Target;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.group.GroupLedger.Trace;
import dev.herald.core.store.History.Cursor;
import dev.herald.core.store.Scope;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The messages of a group as resources: {@code /v1/apps/.../groups/.../messages}. Thread-safe. */
final class MessageResources {
  private static final int LIMIT_DEFAULT = 50;
  private static final Set<String> RECALL_FIELDS = Set.of("userId", "recallCause");

  private final Hub hub;
  private final int requestBytesMax;

  MessageResources(Hub hub, int requestBytesMax) {
    this.hub = hub;
    this.requestBytesMax = requestBytesMax;
  }

  /** Creates a message; a retry is answered with the message of the first try. */
  HttpResponse create(ServiceRequestContext ctx, HttpRequest request) {
    GroupKey key = PathLevels.of(ctx).group();
    return HttpResponse.of(
        Body.read(request, requestBytesMax)
            .thenCompose(
                body -> hub.admitted().create(DraftJson.read(key.appId(), key.groupId(), body)))
            .thenApplyAsync(
                outcome -> {
                  GroupMessage message = outcome.message();
                  String path = PathLevels.pathOf(message.key(), "messages", message.messageId());
                  return Answers.created(outcome.repeated(), path, encode(message));
                },
                ctx.eventLoop()));
  }

  /** Recalls a message. */
  HttpResponse recall(ServiceRequestContext ctx, HttpRequest request) {
    PathLevels path = PathLevels.of(ctx);
    GroupKey key = path.group();
    long id = path.number("messageId");
    return HttpResponse.of(
        Body.read(request, requestBytesMax)
            .thenCompose(body -> {
              Fields fields = body.length == 0 ? Fields.NONE : Fields.read(body, RECALL_FIELDS);
              Target target = new Target(id, key.appId(), key.groupId(), fields.text("userId"));
              return hub.admitted().recall(target, fields.text("recallCause"));
            })
            .thenApplyAsync(outcome -> Answers.json(encode(outcome.message())), ctx.eventLoop()));
  }

  /** Gives a message as it is now. */
  HttpResponse get(ServiceRequestContext ctx, HttpRequest request) {
    PathLevels path = PathLevels.of(ctx);
    GroupKey key = path.group();
    long id = path.number("messageId");
    return Answers.later(
        ctx, () -> Answers.tagged(request, encode(hub.queries().message(key, id))));
  }

  /** Gives the way that a message and its recall took, as far as it is remembered. */
  HttpResponse ledger(ServiceRequestContext ctx, HttpRequest request) {
    PathLevels path = PathLevels.of(ctx);
    GroupKey key = path.group();
    long id = path.number("messageId");
    return Answers.later(
        ctx,
        () -> {
          GroupMessage message = hub.queries().message(key, id);
          Trace trace = hub.ledger().trace(id);
          return Answers.json(LedgerJson.encode(message, trace, hub.ledger().messagesMax()));
        });
  }

  /** Gives the messages of a group, or of one user in it, page by page. */
  HttpResponse ofGroup(ServiceRequestContext ctx, HttpRequest request) {
    GroupKey key = PathLevels.of(ctx).group();
    Query query = new Query(ctx.query());
    String userId = query.text("userId");
    return page(
        ctx,
        query,
        userId == null
            ? Scope.ofGroup(key.appId(), key.groupId())
            : Scope.ofMember(key.appId(), key.groupId(), userId));
  }

  /** Gives the messages of a user in all groups, page by page. */
  HttpResponse ofUser(ServiceRequestContext ctx, HttpRequest request) {
    PathLevels path = PathLevels.of(ctx);
    return page(ctx, new Query(ctx.query()), Scope.ofUser(path.appId(), path.userId()));
  }

  private HttpResponse page(ServiceRequestContext ctx, Query query, Scope scope) {
    Cursor before = query.cursor("before");
    Cursor after = query.cursor("after");
    if (before != null && after != null) {
      throw new HeraldException(
          ErrorCode.FIELD_INVALID, "before and after cannot be given together");
    }
    int limit = query.limit(LIMIT_DEFAULT);
    return Answers.later(
        ctx,
        () -> {
          List<GroupMessage> messages =
              after == null
                  ? hub.queries().messagesBefore(scope, before, limit)
                  : hub.queries().messagesAfter(scope, after, limit);
          return Answers.json(encode(messages, before, after));
        });
  }

  /** A page that is empty is told apart by where it was asked for: there one may ask again. */
  private static byte[] encode(
      List<GroupMessage> messages, @Nullable Cursor before, @Nullable Cursor after) {
    Cursor first = messages.isEmpty() ? after : cursorOf(messages.getFirst());
    Cursor last = messages.isEmpty() ? before : cursorOf(messages.getLast());
    return Json.encode(json -> {
      json.writeStartObject();
      json.writeArrayFieldStart("messages");
      for (GroupMessage message : messages) {
        MessageJson.writeResource(json, message);
      }
      json.writeEndArray();
      json.writeStringField("before", first == null ? null : Cursors.of(first));
      json.writeStringField("after", last == null ? null : Cursors.of(last));
      json.writeEndObject();
    });
  }

  private static Cursor cursorOf(GroupMessage message) {
    return new Cursor(message.createTimeMs(), message.messageId());
  }

  private static byte[] encode(GroupMessage message) {
    return Json.encode(json -> MessageJson.writeResource(json, message));
  }
}
