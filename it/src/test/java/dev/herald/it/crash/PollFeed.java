package dev.herald.it.crash;

import com.fasterxml.jackson.databind.JsonNode;
import dev.herald.it.crash.Trail.Event;
import dev.herald.it.harness.GroupApi;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;

/** A backend that waits for the next events of one group over HTTP. */
final class PollFeed extends Feed {
  private final String group;

  PollFeed(String group, CrashRun.Place place) {
    super("poll " + group, place.withGroup(group));
    this.group = group;
  }

  @Override
  void read() throws Broken {
    try (var api = new GroupApi(lives.server(), app)) {
      ready();
      while (!lives.isOver()) {
        page(api, last(group));
      }
    } catch (UncheckedIOException e) {
      throw new Broken("GET", e);
    }
  }

  private void page(GroupApi api, long after) throws Broken {
    HttpResponse<String> answer =
        api.get("/v1/apps/" + app + "/groups/" + group + "/events?limit=500&wait=2&after=" + after);
    if (answer.statusCode() != 200) {
      throw new Broken("events answered " + answer.statusCode() + " " + answer.body());
    }
    for (JsonNode event : GroupApi.json(answer.body()).path("events")) {
      see(
          group,
          event.path("seq").asLong(),
          Event.of(event.path("event").asText().equals("create"), event.path("message")));
    }
  }
}
