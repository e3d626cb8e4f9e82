package dev.herald.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.util.TimeoutMode;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.herald.core.app.App;
import dev.herald.core.consumer.ConsumerGroup;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.metric.Metrics.Counter;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.MessageProperties.PayloadFormat;
import dev.herald.core.route.NotConsumed;
import dev.herald.core.route.Receipt;
import dev.herald.core.topic.Topics;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The topics of an app: {@code /v1/apps/{appId}/topics/{topic}}. Thread-safe. */
final class TopicResources {
  /** The longest time after which a message expires, in seconds: what four bytes hold in MQTT. */
  private static final long EXPIRY_SECONDS_MAX = 0xFFFF_FFFFL;

  /** The longest text of a property in MQTT. */
  private static final int PROPERTY_BYTES_MAX = 65_535;

  private static final int QOS = 1;

  private final Hub hub;
  private final HttpSettings settings;
  private final InstantSource clock;
  private final Counter timeouts;

  /**
   * Makes them.
   *
   * @param settings how long a message may be, and how long it waits to be consumed
   * @param clock the time of expiries
   */
  TopicResources(Hub hub, HttpSettings settings, InstantSource clock) {
    this.hub = hub;
    this.settings = settings;
    this.clock = clock;
    this.timeouts =
        hub.metrics()
            .counter(
                "herald_http_publish_timeouts_total",
                "Publishes that consumer groups did not answer in time (http.publishTimeout).");
  }

  /**
   * Publishes the body as a message of QoS 1. The answer comes when one member of every matching
   * consumer group has acknowledged it, and says how many groups and other subscribers took it; or
   * when that takes too long.
   */
  HttpResponse publish(ServiceRequestContext ctx, HttpRequest request) {
    PathLevels path = PathLevels.of(ctx);
    String appId = path.appId();
    String topic = checked(path.topic());
    Query query = new Query(ctx.query());
    long expiry = query.number("expiry", 0);
    if (expiry < 0 || expiry > EXPIRY_SECONDS_MAX) {
      throw new HeraldException(
          ErrorCode.FIELD_INVALID, "expiry must be 0 to " + EXPIRY_SECONDS_MAX + " seconds");
    }
    String key = keyOf(query);
    String contentType = request.headers().get(HttpHeaderNames.CONTENT_TYPE);
    return HttpResponse.of(
        Body.read(request, settings.requestBytesMax())
            .thenCompose(body -> {
              ctx.setRequestTimeout(TimeoutMode.EXTEND, settings.publishTimeout());
              return publish(appId, message(topic, body, contentType, key, expiry));
            })
            .thenApplyAsync(taken -> Answers.json(encode(taken)), ctx.eventLoop()));
  }

  private static String checked(String name) {
    String topic = Topics.checkName(name);
    if (topic.startsWith("$")) {
      throw new HeraldException(
          ErrorCode.TOPIC_NAME_INVALID, "messages cannot be published here to topics with $");
    }
    return topic;
  }

  private static @Nullable String keyOf(Query query) {
    String key = query.text("key");
    if (key != null
        && (key.indexOf('\0') >= 0 || key.getBytes(UTF_8).length > PROPERTY_BYTES_MAX)) {
      throw new HeraldException(
          ErrorCode.FIELD_INVALID,
          "key must have at most " + PROPERTY_BYTES_MAX + " bytes of UTF-8, without U+0000");
    }
    return key;
  }

  private Message message(
      String topic,
      byte[] body,
      @Nullable String contentType,
      @Nullable String key,
      long expirySeconds) {
    MessageProperties properties =
        new MessageProperties(
            PayloadFormat.NOT_SAID,
            contentType,
            null,
            null,
            key == null ? List.of() : List.of(ConsumerGroup.KEY_PROPERTY, key));
    long expiresAtMs = expirySeconds == 0 ? Message.NEVER : clock.millis() + expirySeconds * 1000;
    return new Message(topic, body, QOS, false, properties, expiresAtMs, null);
  }

  private CompletableFuture<Taken> publish(String appId, Message message) {
    Taken taken = new Taken();
    App app = hub.apps().find(appId);
    if (app == null) {
      return CompletableFuture.completedFuture(taken); // nobody is there
    }
    if (hub.router().isCongested()) {
      throw new HeraldException(ErrorCode.SUBSCRIBERS_BUSY, ErrorCode.SUBSCRIBERS_BUSY.text());
    }
    if (app.consumers().congestedBy(message.topic()) != null) {
      throw new HeraldException(
          ErrorCode.CONSUMER_GROUP_FULL, ErrorCode.CONSUMER_GROUP_FULL.text());
    }
    hub.router().publishAwaited(app.topics(), message, taken);
    return taken
        .complete
        .completeOnTimeout(false, settings.publishTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .thenApply(inTime -> inTime ? taken : tookTooLong());
  }

  private Taken tookTooLong() {
    timeouts.increment();
    throw new HeraldException(
        ErrorCode.CONSUMPTION_UNKNOWN,
        "not consumed within "
            + settings.publishTimeout().toMillis()
            + " ms; it is not known whether it will be");
  }

  private static byte[] encode(Taken taken) {
    return Json.encode(json -> {
      json.writeStartObject();
      json.writeNumberField("groups", taken.groups());
      json.writeNumberField("subscribers", taken.subscribers());
      json.writeEndObject();
    });
  }

  /** Who took a message. */
  private static final class Taken extends Receipt {
    /** Completes with true when every group has consumed it, or with the refusal. */
    private final CompletableFuture<Boolean> complete = new CompletableFuture<>();

    @Override
    protected void completed() {
      NotConsumed why = refusal();
      boolean _ =
          why == null ? complete.complete(true) : complete.completeExceptionally(why.toException());
    }
  }
}
