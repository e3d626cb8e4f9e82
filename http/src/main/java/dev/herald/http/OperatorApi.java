package dev.herald.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** What operators and their tools ask: is it alive, is it ready, its figures, who it is. */
final class OperatorApi {
  private static final byte[] ALIVE =
      Json.encode(json -> {
        json.writeStartObject();
        json.writeStringField("status", "up");
        json.writeEndObject();
      });

  private final Supplier<ServerInfo> info;
  private final List<ReadinessCheck> checks;
  private final MetricsExport export;

  OperatorApi(Supplier<ServerInfo> info, List<ReadinessCheck> checks, MetricsExport export) {
    this.info = info;
    this.checks = checks;
    this.export = export;
  }

  /** Tells that the process lives. */
  HttpResponse health(ServiceRequestContext ctx, HttpRequest request) {
    return Answers.json(ALIVE);
  }

  /** Tells whether the server can do its work now, and if not, what cannot. */
  HttpResponse ready(ServiceRequestContext ctx, HttpRequest request) {
    return HttpResponse.of(CompletableFuture.supplyAsync(this::ready, ctx.blockingTaskExecutor()));
  }

  private HttpResponse ready() {
    List<String> broken =
        checks.stream()
            .filter(check -> !check.works().getAsBoolean())
            .map(ReadinessCheck::otherwise)
            .toList();
    byte[] body =
        Json.encode(json -> {
          json.writeStartObject();
          json.writeBooleanField("ready", broken.isEmpty());
          json.writeArrayFieldStart("reasons");
          for (String reason : broken) {
            json.writeString(reason);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
    return Answers.json(broken.isEmpty() ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE, body);
  }

  /** Gives every metric in the Prometheus text format. */
  HttpResponse metrics(ServiceRequestContext ctx, HttpRequest request) {
    return HttpResponse.of(
        CompletableFuture.supplyAsync(
            () ->
                HttpResponse.of(
                    HttpStatus.OK,
                    MediaType.parse(MetricsExport.MEDIA_TYPE),
                    HttpData.wrap(export.scrape())),
            ctx.blockingTaskExecutor()));
  }

  /** Tells who this server is and where it listens. */
  HttpResponse server(ServiceRequestContext ctx, HttpRequest request) {
    ServerInfo server = info.get();
    return Answers.json(
        Json.encode(json -> {
          json.writeStartObject();
          json.writeStringField("version", server.version());
          json.writeStringField("node", server.node());
          json.writeNumberField("startedAt", server.startedAtMs());
          json.writeNumberField("mqttPort", server.mqttPort());
          json.writeNumberField("wsPort", server.wsPort());
          json.writeNumberField("httpPort", server.httpPort());
          json.writeNumberField("mqttsPort", server.mqttsPort());
          json.writeNumberField("wssPort", server.wssPort());
          json.writeNumberField("httpsPort", server.httpsPort());
          json.writeEndObject();
        }));
  }
}
