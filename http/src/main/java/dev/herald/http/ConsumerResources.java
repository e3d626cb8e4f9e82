package dev.herald.http;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.util.TimeoutMode;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.herald.core.consumer.SharedFilter;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupLimits;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Members of a consumer group as resources: {@code
 * /v1/apps/{appId}/consumer-groups/{filter}/consumers}. Thread-safe.
 */
final class ConsumerResources {
  /** How many messages a consumer may have unanswered if it does not say. */
  private static final int INFLIGHT_DEFAULT = 100;

  private static final int LIMIT_DEFAULT = 100;
  private static final Set<String> JOIN_FIELDS = Set.of("clientId", "inFlightMax");

  private final HttpConsumers consumers;
  private final int requestBytesMax;

  ConsumerResources(HttpConsumers consumers, int requestBytesMax) {
    this.consumers = consumers;
    this.requestBytesMax = requestBytesMax;
  }

  /** Makes a consumer, which is a member of the group from then on. */
  HttpResponse join(ServiceRequestContext ctx, HttpRequest request) {
    PathLevels path = PathLevels.of(ctx);
    String appId = path.appId();
    SharedFilter filter = SharedFilter.of(path.filter());
    if (filter.filter().startsWith("$")) {
      throw new HeraldException(
          ErrorCode.TOPIC_FILTER_INVALID, "topics that begin with $ cannot be consumed here");
    }
    return HttpResponse.of(
        Body.read(request, requestBytesMax)
            .thenCompose(body -> {
              Fields fields = body.length == 0 ? Fields.NONE : Fields.read(body, JOIN_FIELDS);
              String clientId = fields.text("clientId");
              String name = clientId == null ? "" : GroupLimits.checkId("clientId", clientId);
              return consumers.join(appId, filter, name, inflightMax(fields));
            })
            .thenApply(made -> Answers.created(false, ctx.path() + '/' + made.id(), encode(made))));
  }

  private int inflightMax(Fields fields) {
    int max = consumers.settings().inflightMax();
    Integer asked = fields.integer("inFlightMax");
    if (asked == null) {
      return Math.min(INFLIGHT_DEFAULT, max);
    }
    if (asked < 1 || asked > max) {
      throw new HeraldException(
          ErrorCode.FIELD_INVALID, "inFlightMax must be 1 to " + max + ", it is " + asked);
    }
    return asked;
  }

  private byte[] encode(HttpConsumer made) {
    return Json.encode(json -> {
      json.writeStartObject();
      json.writeStringField("consumerId", made.id());
      json.writeNumberField("inFlightMax", made.inflightMax());
      json.writeNumberField("leaseSeconds", consumers.settings().lease().toSeconds());
      json.writeNumberField("ackSeconds", made.ackSeconds());
      json.writeEndObject();
    });
  }

  /**
   * Gives a consumer's messages: those that come next, waiting for them as long as it was asked to;
   * or all as they come, one a line, to who accepts that.
   */
  HttpResponse messages(ServiceRequestContext ctx, HttpRequest request) {
    if (request.method() != HttpMethod.GET) {
      throw HttpStatusException.of(HttpStatus.METHOD_NOT_ALLOWED); // messages would be lost
    }
    HttpConsumer consumer = consumer(ctx);
    String accept = request.headers().get(HttpHeaderNames.ACCEPT);
    if (accept != null
        && accept.toLowerCase(Locale.ROOT).contains(MessageStream.JSON_LINES.toString())) {
      MessageStream stream = new MessageStream(consumer, ctx);
      return HttpResponse.of(consumers.onLane(stream::open).thenApply(open -> stream.answer()));
    }
    Query query = new Query(ctx.query());
    int limit = query.limit(LIMIT_DEFAULT);
    int wait = query.between("wait", 0, 0, EventResources.WAIT_SECONDS_MAX);
    ctx.setRequestTimeout(TimeoutMode.EXTEND, Duration.ofSeconds(wait));
    Poll poll = new Poll(consumer, limit, wait);
    var _ =
        ctx.whenRequestCancelling().thenRun(() -> consumer.lane().run(() -> consumer.lost(poll)));
    var _ =
        ctx.log()
            .whenComplete()
            .thenAccept(log -> {
              if (log.responseCause() != null) {
                consumer.lane().run(poll::notSent);
              }
            });
    return HttpResponse.of(
        consumers
            .onLane(poll::begin)
            .thenCompose(begun -> poll.answer)
            .thenApplyAsync(batch -> Answers.json(encode(batch)), ctx.eventLoop()));
  }

  private static byte[] encode(List<Given> batch) {
    return Json.encode(json -> {
      json.writeStartObject();
      json.writeArrayFieldStart("messages");
      for (Given given : batch) {
        given.write(json);
      }
      json.writeEndArray();
      json.writeEndObject();
    });
  }

  /** Takes what a consumer says to messages, and tells of each what became of it. */
  HttpResponse answer(ServiceRequestContext ctx, HttpRequest request) {
    HttpConsumer consumer = consumer(ctx);
    return HttpResponse.of(
        Body.read(request, requestBytesMax)
            .thenApply(Replies::read)
            .thenCompose(replies -> take(consumer, replies))
            .thenApplyAsync(outcomes -> Answers.json(outcomes.encode()), ctx.eventLoop()));
  }

  private CompletableFuture<Replies.Outcomes> take(HttpConsumer consumer, Replies replies) {
    CompletableFuture<Replies.Outcomes> taken = new CompletableFuture<>();
    return consumers.onLane(() -> consumer.take(replies, taken)).thenCompose(said -> taken);
  }

  /** Ends a consumer: it leaves its group, and others get what it has not answered. */
  HttpResponse leave(ServiceRequestContext ctx, HttpRequest request) {
    HttpConsumer consumer = consumer(ctx);
    return HttpResponse.of(
        consumers
            .onLane(() -> consumer.leave(HttpConsumers.Ending.LEFT))
            .thenApply(left -> HttpResponse.of(HttpStatus.NO_CONTENT)));
  }

  private HttpConsumer consumer(ServiceRequestContext ctx) {
    PathLevels path = PathLevels.of(ctx);
    return consumers.get(path.appId(), path.filter(), path.consumerId());
  }

  /** One request for the messages that come next. Owned by the consumer's lane. */
  private static final class Poll implements ConsumerReader {
    private final HttpConsumer consumer;
    private final int limit;
    private final int waitSeconds;
    private final CompletableFuture<List<Given>> answer = new CompletableFuture<>();
    private final CompletableFuture<Void> time = new CompletableFuture<>();
    private List<Given> batch = List.of();

    Poll(HttpConsumer consumer, int limit, int waitSeconds) {
      this.consumer = consumer;
      this.limit = limit;
      this.waitSeconds = waitSeconds;
    }

    void begin() {
      consumer.read(this);
      if (waits() && !answer.isDone()) {
        var _ =
            time.completeOnTimeout(null, waitSeconds, TimeUnit.SECONDS)
                .thenRun(() -> consumer.lane().run(() -> consumer.stopReading(this)));
      }
    }

    /** Its answer did not reach the client. */
    void notSent() {
      consumer.lost(this);
      consumer.giveBack(batch);
    }

    @Override
    public boolean isStream() {
      return false;
    }

    @Override
    public int limit() {
      return limit;
    }

    @Override
    public boolean waits() {
      return waitSeconds > 0;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void give(List<Given> given) {
      batch = given;
      answer.complete(given);
      time.cancel(false);
    }

    @Override
    public void end(@Nullable HeraldException why) {
      boolean _ = why == null ? answer.complete(List.of()) : answer.completeExceptionally(why);
      time.cancel(false);
    }

    @Override
    public long tick() {
      return 0;
    }
  }
}
