package dev.herald.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.util.TimeoutMode;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupKey;
import dev.herald.core.group.GroupQueries.EventPage;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The events of a group, as pages, by waiting for the next one, and as a whole. Thread-safe. */
final class EventResources {
  private static final Logger LOG = LoggerFactory.getLogger(EventResources.class);

  private static final int LIMIT_DEFAULT = 100;

  /** How long a request may wait for what comes next, in seconds. */
  static final int WAIT_SECONDS_MAX = 60;

  /** How many events an export reads and sends at a time: what bounds its memory. */
  private static final int EXPORT_PAGE_EVENTS = 64;

  private final Hub hub;
  private final EventWaits waits;

  EventResources(Hub hub, EventWaits waits) {
    this.hub = hub;
    this.waits = waits;
  }

  /**
   * Gives what happened after a number; if nothing did, waits for it as long as it was asked to.
   */
  HttpResponse events(ServiceRequestContext ctx, HttpRequest request) {
    GroupKey key = PathLevels.of(ctx).group();
    Query query = new Query(ctx.query());
    long after = query.number("after", 0);
    int limit = query.limit(LIMIT_DEFAULT);
    Duration wait = Duration.ofSeconds(query.between("wait", 0, 0, WAIT_SECONDS_MAX));
    return HttpResponse.of(
        read(ctx, key, after, limit)
            .thenCompose(page ->
                page.next() == after && wait.isPositive()
                    ? await(ctx, key, after, limit, wait)
                    : CompletableFuture.completedFuture(page))
            .thenApply(page -> Answers.json(encode(page, after))));
  }

  private CompletableFuture<EventPage> read(
      ServiceRequestContext ctx, GroupKey key, long after, int limit) {
    return CompletableFuture.supplyAsync(
        () -> hub.queries().eventPage(key, after, limit), ctx.blockingTaskExecutor());
  }

  private CompletableFuture<EventPage> await(
      ServiceRequestContext ctx, GroupKey key, long after, int limit, Duration atMost) {
    EventWaits.Wait wait = waits.begin(key, after, atMost);
    ctx.setRequestTimeout(TimeoutMode.EXTEND, atMost);
    var _ = ctx.whenRequestCancelling().thenRun(wait::end);
    return wait.subscribed()
        .thenCompose(subscribed -> read(ctx, key, after, limit))
        .thenCompose(page ->
            page.next() == after
                ? wait.shown().thenCompose(shown -> read(ctx, key, after, limit))
                : CompletableFuture.completedFuture(page))
        .whenComplete((page, failure) -> wait.end());
  }

  private static byte[] encode(EventPage page, long after) {
    return Json.encode(json -> {
      json.writeStartObject();
      json.writeArrayFieldStart("events");
      for (GroupEvent event : page.events()) {
        GroupEventJson.write(json, event);
      }
      json.writeEndArray();
      json.writeNumberField("next", page.next());
      GroupEventJson.writePruned(json, page, after);
      json.writeEndObject();
    });
  }

  /**
   * Gives every event that the group has when it is asked, one JSON document a line. It is read and
   * sent piece by piece; a reader that takes none for as long as a request may last is cut off, as
   * is one whose export the store cannot finish: a whole export ends as HTTP says it does.
   */
  HttpResponse export(ServiceRequestContext ctx, HttpRequest request) {
    GroupKey key = PathLevels.of(ctx).group();
    Duration patience = Duration.ofMillis(ctx.requestTimeoutMillis());
    return HttpResponse.of(
        read(ctx, key, 0, EXPORT_PAGE_EVENTS)
            .thenApply(first -> export(ctx, key, first.events(), patience)));
  }

  private HttpResponse export(
      ServiceRequestContext ctx, GroupKey key, List<GroupEvent> first, Duration patience) {
    ctx.clearRequestTimeout();
    HttpResponseWriter out = HttpResponse.streaming();
    out.write(ResponseHeaders.builder(HttpStatus.OK).contentType(MessageStream.JSON_LINES).build());
    ctx.blockingTaskExecutor()
        .execute(() -> {
          try {
            send(key, first, out, patience);
            out.close();
          } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            out.abort(stopping);
          } catch (HeraldException | ExecutionException | TimeoutException broken) {
            LOG.debug("http.export_ended app={}", key.appId(), broken);
            out.abort(broken);
          }
        });
    return out;
  }

  private void send(GroupKey key, List<GroupEvent> first, HttpResponseWriter out, Duration patience)
      throws InterruptedException, ExecutionException, TimeoutException {
    List<GroupEvent> page = first;
    while (!page.isEmpty()) {
      ByteArrayOutputStream lines = new ByteArrayOutputStream();
      for (GroupEvent event : page) {
        lines.writeBytes(GroupEventJson.encode(event));
        lines.write('\n');
      }
      if (!out.tryWrite(HttpData.wrap(lines.toByteArray()))) {
        return; // the reader has gone
      }
      out.whenConsumed().get(patience.toMillis(), TimeUnit.MILLISECONDS);
      page =
          page.size() < EXPORT_PAGE_EVENTS
              ? List.of()
              : hub.queries().eventsAfter(key, page.getLast().seq(), EXPORT_PAGE_EVENTS);
    }
  }
}
