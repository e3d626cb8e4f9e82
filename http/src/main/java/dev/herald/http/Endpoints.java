package dev.herald.http;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceOptions;
import com.linecorp.armeria.server.websocket.WebSocketService;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** The list of everything the server answers; {@code openapi.yaml} describes the same list. */
final class Endpoints {
  /** How long a peer may take to answer the close frame before the connection is closed. */
  private static final long CLOSE_DELAY_MS = 1000;

  private static final String APP = "/v1/apps/{appId}";
  private static final String GROUP = APP + "/groups/{groupId}";
  private static final String CHATS = APP + "/chats";
  private static final String CHAT = CHATS + "/{chatId}";
  private static final String CONSUMER_GROUP = APP + "/consumer-groups/{filter}";
  private static final String CONSUMER = CONSUMER_GROUP + "/consumers/{consumerId}";
  private static final String USER = APP + "/users/{userId}";

  private Endpoints() {}

  static List<Endpoint> all(
      Hub hub,
      HttpSettings settings,
      Gateways gateways,
      EventWaits waits,
      HttpConsumers consumers,
      OperatorApi operator,
      Pages pages) {
    List<Endpoint> all = new ArrayList<>();
    all.addAll(contract(hub, settings, gateways));
    all.addAll(resources(hub, settings, waits));
    all.addAll(relay(hub));
    all.addAll(consumers(new ConsumerResources(consumers, settings.requestBytesMax())));
    all.addAll(chats(hub, settings.requestBytesMax()));
    all.addAll(operation(operator, pages));
    return List.copyOf(all);
  }

  /** The group-message contract. */
  private static List<Endpoint> contract(Hub hub, HttpSettings settings, Gateways gateways) {
    MessageApi messages = new MessageApi(hub, settings.requestBytesMax());
    NoticeApi notices = new NoticeApi(hub, settings.requestBytesMax());
    return List.of(
        post("/chat/message/create", messages::create),
        get("/chat/message/findByGroupId", messages::findByGroup),
        post("/chat/message/recall", messages::recall),
        get("/chat/message/findByUserId", messages::findByUser),
        get("/chat/message/findByGroupIdAndUserId", messages::findByGroupAndUser),
        get("/chat/message/findBeforeByMessageId", messages::findBefore),
        get("/chat/message/findAfterByMessageId", messages::findAfter),
        get("/chat/group/findGroupListByUserId", messages::groups),
        get("/chat/message/broadcast/{appId}/{gatewayId}", gateway(gateways, settings.gateway())),
        post("/notice/information/create", notices::create),
        post("/notice/information/delete", notices::delete),
        get("/notice/information/findByGroupId", notices::findByGroup),
        get("/notice/information/findByUserId", notices::findByUser),
        get("/notice/information/findByGroupIdAndUserId", notices::findByGroupAndUser));
  }

  /** The same use cases, and more, as resources. */
  private static List<Endpoint> resources(Hub hub, HttpSettings settings, EventWaits waits) {
    int requestBytesMax = settings.requestBytesMax();
    MessageResources messages = new MessageResources(hub, requestBytesMax);
    NoticeResources notices = new NoticeResources(hub, requestBytesMax);
    EventResources events = new EventResources(hub, waits);
    UserResources users = new UserResources(hub, requestBytesMax);
    TopicResources topics = new TopicResources(hub, settings, InstantSource.system());
    ClientResources clients = new ClientResources(hub, requestBytesMax);
    return List.of(
        post(GROUP + "/messages", messages::create),
        get(GROUP + "/messages", messages::ofGroup),
        get(GROUP + "/messages/{messageId}", messages::get),
        post(GROUP + "/messages/{messageId}/recall", messages::recall),
        get(GROUP + "/messages/{messageId}/ledger", messages::ledger),
        post(GROUP + "/notices", notices::create),
        get(GROUP + "/notices", notices::list),
        get(GROUP + "/notices/{noticeId}", notices::get),
        delete(GROUP + "/notices/{noticeId}", notices::delete),
        get(GROUP + "/events", events::events),
        get(GROUP + "/export", events::export),
        new Endpoint(HttpMethod.PUT, GROUP + "/members/{userId}", users::add),
        new Endpoint(HttpMethod.PUT, GROUP + "/read", users::read),
        post("/v1/apps/{appId}/topics/{*topic}", topics::publish),
        get("/v1/apps/{appId}/groups", new GroupResources(hub)::list),
        get(USER + "/groups", users::groups),
        get(USER + "/messages", messages::ofUser),
        get(USER + "/presence", clients::presence),
        post(APP + "/notifications", clients::notify));
  }

  /** What looks after consumer groups and clients. */
  private static List<Endpoint> relay(Hub hub) {
    ConsumerGroupResources groups = new ConsumerGroupResources(hub.apps());
    ClientDirectoryResources clients = new ClientDirectoryResources(hub.clients());
    return List.of(
        get(APP + "/consumer-groups", groups::list),
        get(CONSUMER_GROUP, groups::get),
        get(APP + "/clients", clients::list),
        get(APP + "/clients/{clientId}", clients::get),
        delete(APP + "/clients/{clientId}", clients::disconnect));
  }

  /** Members of consumer groups. */
  private static List<Endpoint> consumers(ConsumerResources consumers) {
    return List.of(
        post(CONSUMER_GROUP + "/consumers", consumers::join),
        get(CONSUMER + "/messages", consumers::messages),
        post(CONSUMER + "/acknowledgements", consumers::answer),
        delete(CONSUMER, consumers::leave));
  }

  /** Chats, which are in memory only. */
  private static List<Endpoint> chats(Hub hub, int requestBytesMax) {
    ChatResources chats = new ChatResources(hub, requestBytesMax);
    return List.of(
        get(CHATS, chats::list),
        get(CHAT, chats::get),
        delete(CHAT, chats::end),
        post(CHAT + "/messages", chats::say));
  }

  private static List<Endpoint> operation(OperatorApi operator, Pages pages) {
    return List.of(
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

  private static Endpoint delete(String path, HttpService service) {
    return new Endpoint(HttpMethod.DELETE, path, service);
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
