package dev.herald.testkit;

import dev.herald.core.relay.RelayStore;
import dev.herald.core.relay.SavedSession;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a relay store gives when it is loaded, in a form that can be compared.
 *
 * @param retained each retained message by app and topic
 * @param sessions each session by its number, in the order given, with its messages
 * @param loaded the messages that wait for each session, as they were given
 */
public record RelayContents(
    Map<String, String> retained,
    Map<Long, String> sessions,
    Map<Long, List<SavedSession.Queued>> loaded) {

  /** Loads a store that was started. */
  public static RelayContents of(RelayStore store) {
    RelayContents contents =
        new RelayContents(new TreeMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
    store.load(
        new RelayStore.Loading() {
          @Override
          public void retained(String appId, Message message) {
            String last = contents.retained.put(appId + "\n" + message.topic(), text(message));
            if (last != null) {
              throw new AssertionError("given twice: " + appId + " " + message.topic());
            }
          }

          @Override
          public void session(SavedSession session, List<SavedSession.Queued> messages) {
            contents.sessions.put(session.id(), text(session, messages));
            contents.loaded.put(session.id(), List.copyOf(messages));
          }
        });
    return contents;
  }

  /** Returns the messages that wait for a session; empty if there is no such session. */
  public List<SavedSession.Queued> messages(long sessionId) {
    return loaded.getOrDefault(sessionId, List.of());
  }

  /** Returns whether two loads gave the same. */
  public boolean sameAs(RelayContents other) {
    return retained.equals(other.retained)
        && List.copyOf(sessions.entrySet()).equals(List.copyOf(other.sessions.entrySet()));
  }

  private static String text(Message message) {
    MessageProperties properties = message.properties();
    return String.join(
        "|",
        message.topic(),
        Arrays.toString(message.payload()),
        message.qos() + " " + message.retain() + " " + message.expiresAtMs(),
        properties.payloadFormat() + " " + properties.contentType(),
        properties.responseTopic() + " " + Arrays.toString(properties.correlationData()),
        properties.userProperties().toString(),
        String.valueOf(message.origin()));
  }

  private static String text(SavedSession session, List<SavedSession.Queued> messages) {
    SavedSession.Will will = session.will();
    StringBuilder text = new StringBuilder(session.appId()).append('|');
    text.append(session.clientId()).append('|').append(session.userId()).append('|');
    text.append(session.expirySeconds()).append(' ').append(session.endsAtMs()).append('|');
    if (will != null) {
      text.append(text(will.message())).append('|');
      text.append(will.delaySeconds()).append(' ').append(will.expirySeconds());
    }
    text.append('|').append(session.willAtMs()).append(session.subscriptions());
    text.append(session.received());
    for (SavedSession.Queued queued : messages) {
      text.append('\n').append(queued.no()).append(' ').append(text(queued.message()));
      text.append(' ').append(queued.qos()).append(' ').append(queued.retain());
      text.append(' ').append(queued.identifiers()).append(' ').append(queued.packetId());
      text.append(' ').append(queued.received());
    }
    return text.toString();
  }
}
