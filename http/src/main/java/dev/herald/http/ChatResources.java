package dev.herald.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.herald.core.chat.ChatView;
import dev.herald.core.chat.Chats;
import dev.herald.core.chat.Seat;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupLimits;
import dev.herald.core.registry.Registry.ChatKey;
import dev.herald.core.registry.Registry.ChatOwner;
import dev.herald.core.registry.Registry.Node;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Chats as resources: {@code /v1/apps/{appId}/chats}. A request for a chat that another node owns
 * is sent there (307). Thread-safe.
 */
final class ChatResources {
  private static final int LIMIT_DEFAULT = 50;
  private static final Set<String> SAY_FIELDS = Set.of("userId", "content");

  private final Chats chats;
  private final int requestBytesMax;

  ChatResources(Hub hub, int requestBytesMax) {
    this.chats = hub.chats();
    this.requestBytesMax = requestBytesMax;
  }

  /** Lists the chats that this node owns, page by page. */
  HttpResponse list(ServiceRequestContext ctx, HttpRequest request) {
    String appId = PathLevels.of(ctx).appId();
    Query query = new Query(ctx.query());
    String after = query.text("after");
    String afterId = after == null || after.isEmpty() ? "" : Cursors.readId("after", after);
    int limit = query.limit(LIMIT_DEFAULT);
    List<ChatView.Summary> page = chats.list(appId, afterId, limit);
    return Answers.json(
        Json.encode(json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("chats");
          for (ChatView.Summary chat : page) {
            json.writeStartObject();
            write(json, chat);
            json.writeEndObject();
          }
          json.writeEndArray();
          boolean isFull = page.size() == limit;
          json.writeStringField("after", isFull ? Cursors.ofId(page.getLast().chatId()) : null);
          json.writeEndObject();
        }));
  }

  /** Tells who owns a chat, and who is in. */
  HttpResponse get(ServiceRequestContext ctx, HttpRequest request) {
    ChatKey key = PathLevels.of(ctx).chat();
    return atOwner(ctx, key, () -> chats.view(key).thenApply(view -> Answers.json(encode(view))));
  }

  /** Ends a chat. */
  HttpResponse end(ServiceRequestContext ctx, HttpRequest request) {
    ChatKey key = PathLevels.of(ctx).chat();
    return atOwner(
        ctx, key, () -> chats.end(key).thenApply(done -> HttpResponse.of(HttpStatus.NO_CONTENT)));
  }

  /** Says something in a chat, for a user who need not be in. */
  HttpResponse say(ServiceRequestContext ctx, HttpRequest request) {
    ChatKey key = PathLevels.of(ctx).chat();
    return HttpResponse.of(
        Body.read(request, requestBytesMax)
            .thenApply(body -> {
              Fields fields = Fields.read(body, SAY_FIELDS);
              String userId = fields.text("userId");
              String content = fields.text("content");
              if (content == null) {
                throw new HeraldException(ErrorCode.FIELD_MISSING, "content is missing");
              }
              GroupLimits.checkText("content", content, Integer.MAX_VALUE);
              String user = userId == null ? "" : GroupLimits.checkId("userId", userId);
              byte[] payload = content.getBytes(StandardCharsets.UTF_8);
              return atOwner(
                  ctx, key, () -> chats.say(key, user, payload).thenApply(ChatResources::said));
            }));
  }

  private static HttpResponse said(long seq) {
    return Answers.json(
        Json.encode(json -> {
          json.writeStartObject();
          json.writeNumberField("seq", seq);
          json.writeEndObject();
        }));
  }

  private HttpResponse atOwner(
      ServiceRequestContext ctx, ChatKey key, Supplier<CompletionStage<HttpResponse>> here) {
    return HttpResponse.of(
        chats
            .elsewhere(key)
            .thenCompose(owner ->
                owner
                    .<CompletionStage<HttpResponse>>map(
                        node -> CompletableFuture.completedFuture(sentTo(node, ctx)))
                    .orElseGet(here)));
  }

  private static HttpResponse sentTo(Node node, ServiceRequestContext ctx) {
    String query = ctx.query();
    String location =
        "http://"
            + node.host()
            + ':'
            + node.httpPort()
            + ctx.path()
            + (query == null ? "" : '?' + query);
    return HttpResponse.of(
        ResponseHeaders.of(HttpStatus.TEMPORARY_REDIRECT, HttpHeaderNames.LOCATION, location));
  }

  private static byte[] encode(ChatView view) {
    return Json.encode(json -> {
      json.writeStartObject();
      write(json, view.summary());
      json.writeFieldName("creator");
      write(json, view.creator());
      json.writeArrayFieldStart("participants");
      for (ChatView.Participant one : view.participants()) {
        json.writeStartObject();
        writeIds(json, one.who());
        json.writeNumberField("joinTime", one.sinceMs());
        json.writeBooleanField("present", one.present());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    });
  }

  private static void write(JsonGenerator json, ChatView.Summary chat) throws IOException {
    ChatOwner owner = chat.owner();
    json.writeStringField("chatId", chat.chatId());
    json.writeObjectFieldStart("owner");
    json.writeStringField("nodeId", owner.node().id());
    json.writeStringField("host", owner.node().host());
    json.writeNumberField("mqttPort", owner.node().mqttPort());
    json.writeNumberField("wsPort", owner.node().wsPort());
    json.writeNumberField("httpPort", owner.node().httpPort());
    json.writeEndObject();
    json.writeNumberField("epoch", owner.epoch());
    json.writeNumberField("createTime", chat.createdMs());
    json.writeNumberField("activeTime", chat.activeMs());
    json.writeNumberField("seq", chat.seq());
    json.writeNumberField("participantCount", chat.participants());
  }

  private static void write(JsonGenerator json, Seat.@Nullable Who who) throws IOException {
    if (who == null) {
      json.writeNull();
    } else {
      json.writeStartObject();
      writeIds(json, who);
      json.writeEndObject();
    }
  }

  private static void writeIds(JsonGenerator json, Seat.Who who) throws IOException {
    json.writeStringField("clientId", who.clientId());
    json.writeStringField("userId", who.userId());
  }
}
