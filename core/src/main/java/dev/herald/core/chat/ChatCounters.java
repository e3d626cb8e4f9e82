package dev.herald.core.chat;

import dev.herald.core.chat.ChatEvent.Kind;
import dev.herald.core.metric.Metrics;
import dev.herald.core.metric.Metrics.Counter;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/** What chats count. Thread-safe. */
final class ChatCounters {
  final AtomicLong participants = new AtomicLong();
  final Counter created;
  final Counter messages;
  final Counter lost;
  private final Map<Kind, Counter> ended = new EnumMap<>(Kind.class);
  private final Map<String, Counter> limits = new HashMap<>();

  ChatCounters(Metrics metrics) {
    metrics.gauge(
        "herald_chat_participants",
        "Participants of the chats that this node owns, those within their grace included.",
        participants::get);
    created = metrics.counter("herald_chats_begun_total", "Chats that began on this node.");
    messages =
        metrics.counter("herald_chat_messages_total", "Messages said in chats of this node.");
    lost =
        metrics.counter(
            "herald_chat_participants_lost_total",
            "Participants whose connection was lost and did not come back within the grace.");
    for (Kind kind : List.of(Kind.ENDED, Kind.IDLE, Kind.OWNER_LOST)) {
      ended.put(
          kind,
          metrics.counter(
              "herald_chats_ended_total",
              "reason",
              kind.label(),
              "Chats that ended while somebody was in."));
    }
    for (String limit :
        List.of("chatsMax", "chatsPerClientMax", "participantsMax", "messageBytesMax")) {
      limits.put(
          limit,
          metrics.counter(
              "herald_chat_limits_total",
              "limit",
              limit,
              "How often a limit of chats was met, by the name of its setting."));
    }
  }

  /** Counts a chat that ended while somebody was in. */
  void ended(Kind how) {
    Objects.requireNonNull(ended.get(how)).increment();
  }

  /** Counts that a limit was met. */
  void limit(String setting) {
    Objects.requireNonNull(limits.get(setting)).increment();
  }
}
