package dev.herald.core.consumer;

import dev.herald.core.config.Setting;
import dev.herald.core.error.HeraldException;
import dev.herald.core.topic.Topics;
import java.time.Duration;

/**
 * The settings of consumer groups: the section {@code consumers}.
 *
 * @param groupsMax how many groups an app may have
 * @param groupBytesMax how many bytes of messages a group may hold while no member is free
 * @param ackTimeout how long a member may take to acknowledge, in whole seconds
 * @param attemptsMax how many members a message is tried with
 * @param redeliverRefused whether another member gets what one refused
 * @param deadLetterTopic where messages go that no member consumed; empty: the producer is refused
 */
public record ConsumerSettings(
    @Setting(
            doc =
                "How many consumer groups (shared subscriptions with a connected member) an app"
                    + " may have at once. Who would begin one more is refused with reason 0x97,"
                    + " 0x80 in 3.1.1; a session that comes back to it is disconnected with 0x97.",
            unit = "groups",
            def = "100000",
            min = "1",
            max = "10000000")
        int groupsMax,
    @Setting(
            doc =
                "How many bytes of messages a consumer group (the members of a shared subscription)"
                    + " may hold while none of its members can take one. At the limit QoS 0"
                    + " messages are dropped for the group and counted, and a client that publishes"
                    + " QoS 1 or 2 messages to it is read no further until half of it is free;"
                    + " unless the client is a member of a group itself. What is on its way by then"
                    + " is still taken: up to 32 MiB more, beyond that it is refused with reason"
                    + " 0x97 and counted.",
            unit = "bytes",
            def = "8MiB",
            min = "64KiB",
            max = "16GiB")
        long groupBytesMax,
    @Setting(
            doc =
                "How long a member of a consumer group may take to acknowledge a message, up to a"
                    + " second more. Then another member gets it. A member that acknowledged"
                    + " nothing in that time gets no more until it does.",
            def = "30s",
            min = "1s",
            max = "1h")
        Duration ackTimeout,
    @Setting(
            doc =
                "How many members of a consumer group a message is tried with: each that leaves,"
                    + " refuses it or takes too long is one. Then it goes to deadLetterTopic, or"
                    + " its producer is refused with reason 0x83.",
            unit = "members",
            def = "5",
            min = "1",
            max = "1000")
        int attemptsMax,
    @Setting(
            doc =
                "Whether another member of a consumer group gets a message that one refused (PUBACK"
                    + " or PUBREC with 0x80 or more). false, as MQTT 5 has it in 4.8.2-6: it is"
                    + " tried with nobody else.",
            def = "true")
        boolean redeliverRefused,
    @Setting(
            doc =
                "The topic, in each app, to which a message is published that no member of a"
                    + " consumer group consumed, with user properties that say why; its producer"
                    + " is then acknowledged as the dead letter is. Empty: its producer is refused"
                    + " with reason 0x83.",
            def = "")
        String deadLetterTopic) {

  /**
   * Checks what single values cannot say.
   *
   * @throws IllegalArgumentException if deadLetterTopic is no topic name, or begins with $
   */
  public ConsumerSettings {
    if (!deadLetterTopic.isEmpty()) {
      if (deadLetterTopic.startsWith("$")) {
        throw new IllegalArgumentException("deadLetterTopic must not begin with $");
      }
      try {
        Topics.checkName(deadLetterTopic);
      } catch (HeraldException invalid) {
        throw new IllegalArgumentException("deadLetterTopic: " + invalid.detail(), invalid);
      }
    }
  }
}
