package dev.herald.http;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceOptions;
import com.linecorp.armeria.server.websocket.WebSocketService;
import java.util.List;

/** The list of everything the server answers; {@code openapi.yaml} describes the same list. */
final class Endpoints {
  /** How long a peer may take to answer the close frame before the connection is closed. */
  private static final long CLOSE_DELAY_MS = 1000;

  private Endpoints() {}

  static List<Endpoint> all(
      MessageApi messages,
      Gateways gateways,
      GatewaySettings gatewaySettings,
      OperatorApi operator,
      Pages pages) {
    return List.of(
        post("/chat/message/create", messages::create),
        get("/chat/message/findByGroupId", messages::findByGroup),
        get("/chat/message/broadcast/{appId}/{gatewayId}", gateway(gateways, gatewaySettings)),
        get("/health", operator::health),
        get("/ready", operator::ready),
        get("/metrics", operator::metrics),
        get("/v1/server", operator::server),
        get("/openapi.yaml", Pages.resource("openapi.yaml", MediaType.parse("application/yaml"))),
        get("/test.html", Pages.resource("test.html", MediaType.HTML_UTF_8)),
        get(
            "/test.js",
            Pages.resource("test.js", MediaType.parse("text/javascript; charset=utf-8"))),
        get("/test.css", Pages.resource("test.css", MediaType.CSS_UTF_8)),
        get("/", pages::toConsole),
        get("/console", pages::toConsole),
        get("/console/{*path}", pages::console));
  }

  private static Endpoint get(String path, HttpService service) {
    return new Endpoint(HttpMethod.GET, path, service);
  }

  private static Endpoint post(String path, HttpService service) {
    return new Endpoint(HttpMethod.POST, path, service);
  }

  /** Origins are checked before: the WebSocket service itself would keep out whoever has none. */
  private static HttpService gateway(Gateways gateways, GatewaySettings settings) {
    return WebSocketService.builder(gateways::connect)
        .allowedOrigins("*")
        .maxFramePayloadLength(settings.frameBytesMax())
        .serviceOptions(
            ServiceOptions.builder()
                .requestTimeoutMillis(0)
                .maxRequestLength(0)
                .requestAutoAbortDelayMillis(CLOSE_DELAY_MS)
                .build())
        .fallbackService((ctx, request) ->
            Answers.refusal(
                    ctx.path(),
                    HttpStatus.UPGRADE_REQUIRED,
                    "UPGRADE_REQUIRED",
                    "this path is a WebSocket")
                .mapHeaders(headers ->
                    headers.toBuilder().set(HttpHeaderNames.UPGRADE, "websocket").build()))
        .build();
  }
}
