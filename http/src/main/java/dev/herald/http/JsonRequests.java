package dev.herald.http;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupCommand.Target;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupLimits;
import dev.herald.core.group.GroupCommands;
import dev.herald.core.group.GroupCommands.NoticeDraft;
import dev.herald.core.group.GroupQueries;
import dev.herald.core.group.GroupQueries.EventPage;
import dev.herald.core.group.GroupRequests;
import dev.herald.core.store.History.GroupHead;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Requests to groups in JSON: an object in, an object out, a problem where a request is refused.
 * The fields are those of the group-message contract and of the events.
 */
public final class JsonRequests implements GroupRequests {
  /** How many events an answer has at most. */
  static final int HISTORY_EVENTS_MAX = 100;

  /** How many events an answer has if the request does not say. */
  static final int HISTORY_EVENTS = 50;

  /** How large an answer gets, in bytes, unless its one event is larger. */
  static final int HISTORY_BYTES_MAX = 256 * 1024;

  private static final Set<String> RECALL = Set.of("messageId", "recallCause");
  private static final Set<String> NOTICE =
      Set.of("action", "informationId", "title", "content", "jumpUrl", "type", "clientMessageId");
  private static final Set<String> HISTORY = Set.of("after", "before", "limit");

  private final GroupCommands commands;

  /**
   * Makes the requests.
   *
   * @param commands obeys what was read
   */
  public JsonRequests(GroupCommands commands) {
    this.commands = commands;
  }

  @Override
  public CompletionStage<byte[]> command(Request request) {
    return switch (request.operation()) {
      case RECALL -> recall(request);
      case NOTICE -> notice(request);
      case HISTORY -> throw new IllegalArgumentException("a query");
    };
  }

  private CompletionStage<byte[]> recall(Request request) {
    Fields fields = Fields.read(request.document(), RECALL);
    return commands
        .recall(target(request, fields.number("messageId")), fields.text("recallCause"))
        .thenApply(done -> Json.encode(json -> MessageJson.write(json, done.message())));
  }

  private CompletionStage<byte[]> notice(Request request) {
    Fields fields = Fields.read(request.document(), NOTICE);
    String action = fields.text("action");
    if (action == null) {
      throw new HeraldException(ErrorCode.FIELD_MISSING, "action is missing");
    }
    var done =
        switch (action) {
          case "publish" -> commands.publishNotice(draft(request, fields));
          case "delete" -> commands.deleteNotice(target(request, fields.number("informationId")));
          default ->
              throw new HeraldException(
                  ErrorCode.FIELD_INVALID, "action must be publish or delete");
        };
    return done.thenApply(outcome -> Json.encode(json -> NoticeJson.write(json, outcome.notice())));
  }

  private static NoticeDraft draft(Request request, Fields fields) {
    return new NoticeDraft(
        request.appId(),
        request.groupId(),
        request.userId(),
        fields.text("title"),
        fields.text("content"),
        fields.text("jumpUrl"),
        fields.integer("type"),
        fields.text("clientMessageId"));
  }

  private static Target target(Request request, long id) {
    return new Target(id, request.appId(), request.groupId(), request.userId());
  }

  @Override
  public Function<GroupQueries, byte[]> query(Request request) {
    Fields fields = Fields.read(request.document(), HISTORY);
    GroupKey key =
        new GroupKey(
            GroupLimits.checkId("appId", request.appId()),
            GroupLimits.checkId("groupId", request.groupId()));
    Integer given = fields.integer("limit");
    int limit = given == null ? HISTORY_EVENTS : given;
    if (limit < 1 || limit > HISTORY_EVENTS_MAX) {
      throw new HeraldException(
          ErrorCode.FIELD_INVALID, "limit must be 1 to " + HISTORY_EVENTS_MAX + ", it is " + limit);
    }
    boolean forward = fields.has("after");
    if (forward && fields.has("before")) {
      throw new HeraldException(ErrorCode.FIELD_INVALID, "after and before exclude each other");
    }
    if (forward) {
      long after = seq(fields, "after", 0);
      return queries -> after(queries, key, after, limit);
    }
    long before = fields.has("before") ? seq(fields, "before", 1) : Long.MAX_VALUE;
    return queries -> before(queries, key, before, limit);
  }

  private static long seq(Fields fields, String name, long min) {
    long seq = fields.number(name);
    if (seq < min) {
      throw new HeraldException(
          ErrorCode.FIELD_INVALID, name + " must be " + min + " or greater, it is " + seq);
    }
    return seq;
  }

  private static byte[] after(GroupQueries queries, GroupKey key, long after, int limit) {
    long head = head(queries, key);
    EventPage page = queries.eventPage(key, after, limit);
    return answer(
        page.events(),
        false,
        json -> {
          json.writeNumberField("head", head);
          GroupEventJson.writePruned(json, page, after);
        });
  }

  private static byte[] before(GroupQueries queries, GroupKey key, long before, int limit) {
    long head = head(queries, key);
    return answer(
        queries.eventsBefore(key, before, limit),
        true,
        json -> json.writeNumberField("head", head));
  }

  private static long head(GroupQueries queries, GroupKey key) {
    GroupHead head = queries.heads(List.of(key)).get(key);
    return head == null ? 0 : head.seq();
  }

  /**
   * Makes the answer of events in order.
   *
   * @param latest whether the last ones stay if they are too large together, else the first ones
   * @param fields writes those before the events
   */
  private static byte[] answer(List<GroupEvent> events, boolean latest, Json.Writer fields) {
    ArrayDeque<byte[]> parts = new ArrayDeque<>();
    long bytes = 0;
    Iterator<GroupEvent> each = (latest ? events.reversed() : events).iterator();
    while (each.hasNext()) {
      byte[] part = GroupEventJson.encode(each.next());
      bytes += part.length;
      if (bytes > HISTORY_BYTES_MAX && !parts.isEmpty()) {
        break;
      }
      if (latest) {
        parts.addFirst(part);
      } else {
        parts.addLast(part);
      }
    }
    return Json.encode(json -> {
      json.writeStartObject();
      fields.write(json);
      json.writeArrayFieldStart("events");
      for (byte[] part : parts) {
        json.writeRawValue(Text.utf8("an event", part));
      }
      json.writeEndArray();
      json.writeEndObject();
    });
  }

  @Override
  public byte[] problem(HeraldException refusal) {
    return Answers.problem(refusal);
  }
}
