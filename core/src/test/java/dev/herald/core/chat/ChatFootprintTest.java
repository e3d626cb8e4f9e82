package dev.herald.core.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.chat.ChatWorld.Site;
import dev.herald.core.registry.Registry.ChatKey;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What memory a chat takes, beside what the connections of its participants take. */
class ChatFootprintTest {
  private static final int CHATS = 20_000;

  @Test
  void chat_ofTwo_takesLittle() {
    ChatWorld world = new ChatWorld();
    Duration hour = Duration.ofHours(1);
    Site site =
        world.site("n1", new ChatSettings(CHATS, CHATS, 1000, 65_536, hour, Duration.ofMinutes(1)));
    List<FakeSeat> seats = new ArrayList<>();
    for (int i = 0; i < 2 * CHATS; i++) {
      seats.add(site.seat(i % 2, "client-" + i % 200));
    }
    long before = usedBytes();
    for (int i = 0; i < 2 * CHATS; i++) {
      ChatKey key = new ChatKey("app", "chat-" + i / 2);
      CompletableFuture<Entry> _ = site.join(key, seats.get(i), false);
    }
    world.settle();
    seats.forEach(seat -> seat.told.clear());
    long each = (usedBytes() - before) / CHATS;

    assertThat(site.metric("herald_chat_participants")).isEqualTo(2 * CHATS);
    assertThat(each).as("bytes of a chat").isBetween(200L, 2000L);
    assertThat(site.chats.list("app", "", 1)).hasSize(1);

    seats.forEach(seat -> seat.place().leave());
    world.settle();
    seats.clear();
    assertThat(site.metric("herald_chats")).isZero();
    long left = (usedBytes() - before) / CHATS;
    assertThat(left).as("bytes left of a chat that is over, and of its seats").isLessThan(50);
  }

  private static long usedBytes() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
