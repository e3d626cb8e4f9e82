package dev.herald.it.crash;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.herald.it.harness.GatewaySocket;
import dev.herald.it.harness.GroupApi;
import dev.herald.it.harness.HeraldProcess;
import java.util.concurrent.CompletionException;

/** Sends as a gateway does; only messages with a {@code clientMessageId} are acknowledged. */
final class GatewaySender implements Sender {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final GatewaySocket socket;
  private final String app;

  GatewaySender(HeraldProcess server, String app, String user) throws Broken {
    this.app = app;
    try {
      socket = GatewaySocket.open(server, app, "sends-for-" + user);
    } catch (CompletionException e) {
      throw new Broken("WebSocket", e);
    }
  }

  @Override
  public Told create(Sent message) throws Broken {
    ObjectNode frame = JSON.createObjectNode();
    frame.put("appId", app).put("groupId", message.group).put("userId", message.user);
    frame.put("content", message.content).put("clientMessageId", message.clientMessageId);
    try {
      socket.send(frame.toString());
    } catch (CompletionException e) {
      throw new Broken("frame", e);
    }
    while (true) {
      String answer = socket.nextText().orElseThrow(() -> new Broken("the gateway's end"));
      // every event of the app is pushed here as well
      if (!answer.contains("\"code\":2005,") && answer.contains("\"success\":true")) {
        continue;
      }
      JsonNode json = GroupApi.json(answer);
      JsonNode kept = json.path("data");
      return json.path("success").asBoolean()
          ? Told.done(kept.path("messageId").asText(), kept.path("seq").asLong())
          : Told.refused(answer);
    }
  }

  @Override
  public Told recall(Sent message) {
    throw new UnsupportedOperationException("gateways recall over HTTP");
  }

  @Override
  public void close() {
    socket.close();
  }
}
