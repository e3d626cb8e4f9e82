package dev.herald.http;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.herald.core.app.Permissions.Caller;

/** Notifications to the clients of an app, and who of a user is online. Thread-safe. */
final class ClientResources {
  private final Hub hub;
  private final int requestBytesMax;
  private final ClientJson documents = new ClientJson();

  ClientResources(Hub hub, int requestBytesMax) {
    this.hub = hub;
    this.requestBytesMax = requestBytesMax;
  }

  /** Sends a notification; answers whom it reached. */
  HttpResponse notify(ServiceRequestContext ctx, HttpRequest request) {
    String appId = PathLevels.of(ctx).appId();
    return HttpResponse.of(
        Body.read(request, requestBytesMax)
            .thenCompose(
                body -> hub.notifications().send(Caller.ofApp(appId), documents.notification(body)))
            .thenApplyAsync(outcome -> Answers.json(documents.outcome(outcome)), ctx.eventLoop()));
  }

  /** Tells who of a user is online. */
  HttpResponse presence(ServiceRequestContext ctx, HttpRequest request) {
    PathLevels path = PathLevels.of(ctx);
    return HttpResponse.of(
        hub.presence()
            .of(Caller.ofApp(path.appId()), path.userId())
            .thenApplyAsync(found -> Answers.json(ClientJson.presence(found)), ctx.eventLoop()));
  }
}
