package dev.herald.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.herald.core.client.ClientDirectory;
import dev.herald.core.client.ClientDirectory.Details;
import dev.herald.core.client.ClientDirectory.Filter;
import dev.herald.core.client.ClientDirectory.Page;
import dev.herald.core.client.ClientDirectory.Subscribed;
import dev.herald.core.client.ClientDirectory.Summary;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The MQTT clients of an app: {@code /v1/apps/{appId}/clients}. Thread-safe. */
final class ClientDirectoryResources {
  private static final int LIMIT_DEFAULT = 50;

  private final ClientDirectory clients;

  ClientDirectoryResources(ClientDirectory clients) {
    this.clients = clients;
  }

  /** Gives the clients of an app in the order of their identifiers, page by page. */
  HttpResponse list(ServiceRequestContext ctx, HttpRequest request) {
    Query query = new Query(ctx.query());
    String prefix = query.text("prefix");
    Filter filter =
        new Filter(
            PathLevels.of(ctx).appId(),
            prefix == null ? "" : prefix,
            query.text("userId"),
            query.text("tag"));
    String after = query.text("after");
    String afterClientId = after == null || after.isEmpty() ? "" : Cursors.readId("after", after);
    int limit = query.limit(LIMIT_DEFAULT);
    return Answers.later(
        ctx, () -> Answers.json(encode(clients.page(filter, afterClientId, limit))));
  }

  /** Gives a client with its subscriptions. */
  HttpResponse get(ServiceRequestContext ctx, HttpRequest request) {
    PathLevels path = PathLevels.of(ctx);
    String appId = path.appId();
    String clientId = path.clientId();
    return Answers.later(
        ctx,
        () -> {
          Details client = clients.find(appId, clientId);
          if (client == null) {
            throw new HeraldException(ErrorCode.NOT_FOUND, "there is no such client");
          }
          return Answers.json(encode(client));
        });
  }

  /** Ends a client's connection. */
  HttpResponse disconnect(ServiceRequestContext ctx, HttpRequest request) {
    PathLevels path = PathLevels.of(ctx);
    String appId = path.appId();
    String clientId = path.clientId();
    return Answers.later(
        ctx,
        () -> {
          if (!clients.disconnect(appId, clientId)) {
            throw new HeraldException(ErrorCode.NOT_FOUND, "no such client is connected");
          }
          return HttpResponse.of(HttpStatus.NO_CONTENT);
        });
  }

  private static byte[] encode(Page page) {
    return Json.encode(json -> {
      json.writeStartObject();
      json.writeArrayFieldStart("clients");
      for (Summary client : page.clients()) {
        json.writeStartObject();
        write(json, client);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeStringField("after", page.after() == null ? null : Cursors.ofId(page.after()));
      json.writeEndObject();
    });
  }

  private static byte[] encode(Details client) {
    return Json.encode(json -> {
      json.writeStartObject();
      write(json, client.summary());
      json.writeArrayFieldStart("subscriptions");
      for (Subscribed subscription : client.subscriptions()) {
        json.writeStartObject();
        json.writeStringField("filter", subscription.filter());
        json.writeNumberField("qos", subscription.qos());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    });
  }

  private static void write(JsonGenerator json, Summary client) throws IOException {
    json.writeStringField("clientId", client.clientId());
    json.writeStringField("userId", client.userId());
    json.writeStringField("device", client.device());
    json.writeArrayFieldStart("tags");
    for (String tag : client.tags()) {
      json.writeString(tag);
    }
    json.writeEndArray();
    json.writeBooleanField("connected", client.connected());
    json.writeFieldName("since");
    if (client.sinceMs() == 0) {
      json.writeNull();
    } else {
      json.writeNumber(client.sinceMs());
    }
    json.writeStringField("protocol", protocol(client.protocol()));
    json.writeStringField("address", client.address());
    json.writeNumberField("sessionExpirySeconds", client.sessionExpirySeconds());
    json.writeNumberField("subscriptionCount", client.subscriptionCount());
    json.writeNumberField("heldBytes", client.heldBytes());
  }

  private static @Nullable String protocol(int level) {
    return switch (level) {
      case 0 -> null;
      case 4 -> "3.1.1";
      default -> "5.0";
    };
  }
}
