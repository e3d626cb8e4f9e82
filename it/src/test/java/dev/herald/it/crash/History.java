package dev.herald.it.crash;

import com.fasterxml.jackson.databind.JsonNode;
import dev.herald.it.crash.Trail.Event;
import dev.herald.it.harness.GroupApi;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All that the server has of some groups, read when it is made: the numbered events, and the
 * messages as the contract lists them. Both must tell the same.
 */
final class History {
  private static final int PAGE = 1000;

  private final GroupApi api;
  private final String app;
  private final Faults faults;
  private final Map<String, Trail> trails = new TreeMap<>();
  private final Map<String, JsonNode> byId = new HashMap<>();
  private final Map<String, List<JsonNode>> byTag = new HashMap<>();

  History(GroupApi api, String app, List<String> groups, Faults faults) {
    this.api = api;
    this.app = app;
    this.faults = faults;
    groups.forEach(group -> trails.put(group, read(group)));
    groups.forEach(this::readMessages);
  }

  /** Returns the events of each group. */
  Map<String, Trail> trails() {
    return trails;
  }

  /** Returns how many events there are. */
  long events() {
    return trails.values().stream().mapToLong(Trail::last).sum();
  }

  private Trail read(String group) {
    Trail trail = new Trail();
    String path = "/v1/apps/" + app + "/groups/" + group + "/events?limit=" + PAGE + "&after=";
    JsonNode events = page(path + 0);
    while (!events.isEmpty()) {
      for (JsonNode event : events) {
        long seq = event.path("seq").asLong();
        if (seq != trail.last() + 1) {
          faults.add("history has a gap", group + ": " + seq + " after " + trail.last());
          return trail;
        }
        boolean created = event.path("event").asText().equals("create");
        trail.add(Event.of(created, event.path("message")));
      }
      events = page(path + trail.last());
    }
    return trail;
  }

  private JsonNode page(String path) {
    HttpResponse<String> answer = api.get(path);
    if (answer.statusCode() != 200) {
      throw new AssertionError(path + " answered " + answer.statusCode() + " " + answer.body());
    }
    return GroupApi.json(answer.body()).path("events");
  }

  private void readMessages(String group) {
    Trail trail = trails.getOrDefault(group, new Trail());
    long createdEvents = 0;
    for (long seq = 1; seq <= trail.last(); seq++) {
      createdEvents += trail.get(seq).created() ? 1 : 0;
    }
    List<JsonNode> messages = api.history(group);
    if (messages.size() != createdEvents) {
      faults.add(
          "the list and the events differ in number",
          group + ": " + messages.size() + " and " + createdEvents);
    }
    for (JsonNode message : messages) {
      long seq = message.path("seq").asLong();
      if (seq > trail.last() || !Event.of(true, message).equals(trail.get(seq))) {
        faults.add("the list and the events differ", message);
      }
      String id = message.path("messageId").asText();
      if (byId.put(id, message) != null) {
        faults.add("two messages have one id", id);
      }
      byTag
          .computeIfAbsent(Sent.tag(message.path("content").asText()), tag -> new ArrayList<>())
          .add(message);
    }
  }

  /** Compares what the server has with what clients were told. */
  void compare(List<Sent> all) {
    Map<String, Sent> sentByTag = new HashMap<>();
    for (Sent sent : all) {
      sentByTag.put(Sent.tag(sent.content), sent);
      compare(sent);
    }
    for (String tag : byTag.keySet()) {
      if (!tag.isEmpty() && !sentByTag.containsKey(tag)) {
        faults.add("history has what nobody sent", tag);
      }
    }
    compareRecalls(all);
  }

  private void compare(Sent sent) {
    List<JsonNode> found = byTag.getOrDefault(Sent.tag(sent.content), List.of());
    if (sent.cause != null) {
      compareRecalled(sent);
      return;
    }
    if (found.size() > 1) {
      faults.add("a message is there more than once", sent);
    }
    if (sent.kept && found.isEmpty()) {
      faults.add("acknowledged and lost", sent);
    }
    if (sent.refused != null && !found.isEmpty()) {
      faults.add("refused and kept", sent);
    }
    for (JsonNode message : found) {
      compare(sent, message, sent.content);
    }
  }

  private void compare(Sent sent, JsonNode message, String content) {
    boolean same =
        message.path("content").asText().equals(content)
            && message.path("groupId").asText().equals(sent.group)
            && message.path("userId").asText().equals(sent.user)
            && (sent.seq == 0 || message.path("seq").asLong() == sent.seq)
            && (sent.messageId == null
                || message.path("messageId").asText().equals(sent.messageId));
    if (!same) {
      faults.add("kept otherwise than acknowledged", sent + ", kept " + message);
    }
  }

  private void compareRecalled(Sent sent) {
    JsonNode message = sent.messageId == null ? null : byId.get(sent.messageId);
    if (message == null) {
      faults.add("acknowledged and lost", sent);
      return;
    }
    boolean tombstone =
        message.path("status").asInt() == 0
            && message.path("recallTime").asLong() > 0
            && message.path("recallCause").asText().equals(sent.cause);
    if (sent.recalled && !tombstone) {
      faults.add("an acknowledged recall is lost", sent + ", kept " + message);
    }
    compare(sent, message, tombstone ? "" : sent.content);
  }

  /** Each recalled message must have one event that recalls it. */
  private void compareRecalls(List<Sent> all) {
    Map<String, Integer> recalls = new HashMap<>();
    trails.forEach((group, trail) -> {
      for (long seq = 1; seq <= trail.last(); seq++) {
        if (!trail.get(seq).created()) {
          recalls.merge(trail.get(seq).messageId(), 1, Integer::sum);
        }
      }
    });
    for (Sent sent : all) {
      int count = sent.messageId == null ? 0 : recalls.getOrDefault(sent.messageId, 0);
      if (count > 1 || (sent.recalled && count == 0) || (sent.cause == null && count > 0)) {
        faults.add("not one recall for each that is acknowledged", count + " of " + sent);
      }
    }
  }
}
