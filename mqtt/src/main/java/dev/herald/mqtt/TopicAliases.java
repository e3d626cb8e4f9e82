package dev.herald.mqtt;

import dev.herald.mqtt.codec.PublishForm;
import java.util.LinkedHashMap;

/**
 * The topic aliases the server has set for one client (5.0 section 3.3.2.3.4): numbers from 1 up to
 * a bound, the one that was not used for longest set anew when all are taken. They end with the
 * connection [MQTT-3.3.2-7]. Owned by the connection's lane.
 */
final class TopicAliases {
  private final int aliasesMax;
  private final LinkedHashMap<String, Integer> byTopic = new LinkedHashMap<>(8, 0.75f, true);

  /**
   * Makes the aliases of a client.
   *
   * @param aliasesMax how many there may be, at least 1
   */
  TopicAliases(int aliasesMax) {
    this.aliasesMax = aliasesMax;
  }

  /** Returns how many characters the topics have. */
  long bytes() {
    return byTopic.keySet().stream().mapToLong(String::length).sum();
  }

  /**
   * Returns how to name a topic: 0 without an alias, because it is no longer than one; an alias
   * that is to be sent with the topic; or, negative, one that stands for it.
   */
  int of(String topic) {
    if (topic.length() <= PublishForm.ALIAS_BYTES) {
      return 0;
    }
    Integer known = byTopic.get(topic);
    if (known != null) {
      return -known;
    }
    int alias = byTopic.size() + 1;
    if (alias > aliasesMax) {
      var eldest = byTopic.values().iterator();
      alias = eldest.next();
      eldest.remove();
    }
    byTopic.put(topic, alias);
    return alias;
  }
}
