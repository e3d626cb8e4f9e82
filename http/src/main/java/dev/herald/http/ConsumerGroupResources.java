package dev.herald.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.herald.core.app.App;
import dev.herald.core.app.Apps;
import dev.herald.core.consumer.GroupView;
import dev.herald.core.consumer.GroupView.Counts;
import dev.herald.core.consumer.GroupView.MemberView;
import dev.herald.core.consumer.GroupView.Page;
import dev.herald.core.consumer.GroupView.Summary;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/**
 * The consumer groups of an app, on this node: {@code /v1/apps/{appId}/consumer-groups}.
 * Thread-safe.
 */
final class ConsumerGroupResources {
  private static final int LIMIT_DEFAULT = 50;

  private final Apps apps;

  ConsumerGroupResources(Apps apps) {
    this.apps = apps;
  }

  /** Gives the groups in the order of their filters, page by page. */
  HttpResponse list(ServiceRequestContext ctx, HttpRequest request) {
    Query query = new Query(ctx.query());
    App app = apps.find(PathLevels.of(ctx).appId());
    String after = query.text("after");
    String afterFilter = after == null || after.isEmpty() ? "" : Cursors.readId("after", after);
    int limit = query.limit(LIMIT_DEFAULT);
    CompletableFuture<Page> page =
        app == null
            ? CompletableFuture.completedFuture(new Page(List.of(), null))
            : app.consumers().page(afterFilter, limit);
    return HttpResponse.of(
        page.thenApplyAsync(groups -> Answers.json(encode(groups)), ctx.eventLoop()));
  }

  /** Gives a group with its members. */
  HttpResponse get(ServiceRequestContext ctx, HttpRequest request) {
    PathLevels path = PathLevels.of(ctx);
    App app = apps.find(path.appId());
    String filter = path.filter();
    if (app == null) {
      throw notFound();
    }
    return HttpResponse.of(
        app.consumers()
            .view(filter)
            .thenApplyAsync(
                group -> Answers.json(encode(group.orElseThrow(() -> notFound()))),
                ctx.eventLoop()));
  }

  private static HeraldException notFound() {
    return new HeraldException(ErrorCode.NOT_FOUND, "there is no such consumer group");
  }

  private static byte[] encode(Page page) {
    return Json.encode(json -> {
      json.writeStartObject();
      json.writeArrayFieldStart("consumerGroups");
      for (Summary group : page.groups()) {
        json.writeStartObject();
        write(json, group);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeStringField("after", page.after() == null ? null : Cursors.ofId(page.after()));
      json.writeEndObject();
    });
  }

  private static byte[] encode(GroupView group) {
    return Json.encode(json -> {
      json.writeStartObject();
      write(json, group.summary());
      json.writeArrayFieldStart("members");
      for (MemberView member : group.members()) {
        json.writeStartObject();
        json.writeStringField("clientId", member.clientId());
        json.writeStringField("state", member.state().name().toLowerCase(Locale.ROOT));
        json.writeNumberField("underWay", member.underWay());
        json.writeNumberField("dispatched", member.dispatched());
        json.writeNumberField("acknowledged", member.acknowledged());
        json.writeNumberField("refused", member.refused());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    });
  }

  private static void write(JsonGenerator json, Summary group) throws IOException {
    Counts counts = group.counts();
    json.writeStringField("filter", group.filter());
    json.writeNumberField("memberCount", group.memberCount());
    json.writeNumberField("liveCount", group.liveCount());
    json.writeNumberField("underWay", group.underWay());
    json.writeNumberField("waitingBytes", group.waitingBytes());
    json.writeNumberField("dispatched", counts.dispatched());
    json.writeNumberField("consumed", counts.consumed());
    json.writeNumberField("redelivered", counts.redelivered());
    json.writeNumberField("refused", counts.refused());
    json.writeNumberField("dropped", counts.dropped());
    json.writeNumberField("deadLetters", counts.deadLetters());
  }
}
