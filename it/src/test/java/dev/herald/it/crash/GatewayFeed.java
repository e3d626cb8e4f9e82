package dev.herald.it.crash;

import com.fasterxml.jackson.databind.JsonNode;
import dev.herald.it.crash.Trail.Event;
import dev.herald.it.harness.GatewaySocket;
import dev.herald.it.harness.GroupApi;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;

/** A gateway, which is pushed what happens in all groups of its app. */
final class GatewayFeed extends Feed {
  private final String id;

  GatewayFeed(String id, CrashRun.Place place) {
    super(id, place);
    this.id = id;
  }

  @Override
  void read() throws Broken {
    String after =
        groups.stream().map(group -> group + ":" + last(group)).collect(Collectors.joining(","));
    try (var socket = GatewaySocket.open(lives.server(), app, id + "?after=" + after)) {
      while (true) {
        JsonNode frame =
            GroupApi.json(socket.nextText().orElseThrow(() -> new Broken("the connection's end")));
        JsonNode data = frame.path("data");
        String group = data.path("groupId").asText();
        switch (frame.path("code").asInt()) {
          case 2001 -> see(group, data.path("seq").asLong(), Event.of(true, data));
          case 2002 -> see(group, data.path("eventSeq").asLong(), Event.of(false, data));
          case 2000, 2006 -> ready();
          default -> throw new Broken("frame " + frame);
        }
      }
    } catch (CompletionException e) {
      throw new Broken("WebSocket", e);
    }
  }
}
