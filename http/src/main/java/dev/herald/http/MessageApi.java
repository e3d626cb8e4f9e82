package dev.herald.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupCommand.Outcome;
import dev.herald.core.store.History.TimeRange;
import dev.herald.core.store.Scope;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The HTTP half of the group-message contract. Thread-safe. */
final class MessageApi {
  /** Carries the id of the message that was created. */
  static final String MESSAGE_ID_HEADER = "herald-message-id";

  private static final byte[] CREATED = Envelope.success(Envelope.OK, "");

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
            .thenCompose(this::create)
            .thenApplyAsync(MessageApi::created, ctx.eventLoop()));
  }

  private CompletionStage<Outcome> create(byte[] body) {
    if (hub.router().isCongested()) {
      throw new HeraldException(ErrorCode.JOURNAL_FULL, ErrorCode.JOURNAL_FULL.text());
    }
    return hub.commands().create(DraftJson.read(body));
  }

  private static HttpResponse created(Outcome outcome) {
    return HttpResponse.of(
        ResponseHeaders.builder(HttpStatus.OK)
            .contentType(MediaType.JSON_UTF_8)
            .set(MESSAGE_ID_HEADER, Long.toString(outcome.message().messageId()))
            .build(),
        HttpData.wrap(CREATED));
  }

  /** Finds a page of a group's messages. */
  HttpResponse findByGroup(ServiceRequestContext ctx, HttpRequest request) {
    Query query = new Query(ctx.query());
    return HttpResponse.of(
        CompletableFuture.supplyAsync(() -> findByGroup(query), ctx.blockingTaskExecutor()));
  }

  private HttpResponse findByGroup(Query query) {
    String appId = query.text("appId");
    String groupId = query.text("groupId");
    TimeRange range = new TimeRange(query.number("startTime"), query.number("endTime"));
    long pageNum = query.number("pageNum");
    int pageSize = Math.clamp(query.number("pageSize"), Integer.MIN_VALUE, Integer.MAX_VALUE);
    return Answers.json(
        Envelope.success(
            Envelope.OK,
            hub.queries().messages(Scope.ofGroup(appId, groupId), range, pageNum, pageSize)));
  }
}
