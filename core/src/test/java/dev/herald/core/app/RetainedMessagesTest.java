package dev.herald.core.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.topic.TopicReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class RetainedMessagesTest {
  private static final long NOW = 1_000;

  private static Message message(String topic, int bytes, long expiresAtMs) {
    return new Message(topic, new byte[bytes], 0, true, MessageProperties.NONE, expiresAtMs, null);
  }

  private static Message message(String topic) {
    return message(topic, 1, Message.NEVER);
  }

  private static List<String> topics(RetainedMessages retained, String filter, long nowMs) {
    List<String> topics = new ArrayList<>();
    retained.forEachMatch(filter, nowMs, message -> topics.add(message.topic()));
    return topics;
  }

  @Provide
  Arbitrary<List<Message>> publishes() {
    return Combinators.combine(
            TopicReference.names(),
            Arbitraries.of(0, 1, 300),
            Arbitraries.of(Message.NEVER, NOW, NOW + 1))
        .as(RetainedMessagesTest::message)
        .list()
        .ofMaxSize(60);
  }

  @Provide
  Arbitrary<String> filters() {
    return TopicReference.filters();
  }

  @Property
  void forEachMatch_anyPublishes_givesTheLastOfEachMatchingTopic(
      @ForAll("publishes") List<Message> publishes, @ForAll("filters") String filter) {
    int countMax = 12;
    long bytesMax = 2500;
    RetainedMessages retained = new RetainedMessages(countMax, bytesMax, topic -> {});
    Map<String, Message> model = new TreeMap<>();
    for (Message message : publishes) {
      Map<String, Message> next = new TreeMap<>(model);
      if (message.payload().length == 0) {
        next.remove(message.topic());
      } else {
        next.put(message.topic(), message);
      }
      boolean grows = next.size() > model.size() || bytes(next) > bytes(model);
      boolean fits = !grows || (next.size() <= countMax && bytes(next) <= bytesMax);
      assertThat(retained.retain(message)).isEqualTo(fits);
      model = fits ? next : model;
      assertThat(retained.size()).isEqualTo(model.size());
    }
    List<Message> expected =
        model.values().stream()
            .filter(message -> TopicReference.matches(filter, message.topic()))
            .filter(message -> message.expiresAtMs() > NOW)
            .toList();
    List<Message> found = new ArrayList<>();
    retained.forEachMatch(filter, NOW, found::add);
    assertThat(found).containsExactlyElementsOf(expected);
  }

  private static long bytes(Map<String, Message> messages) {
    return messages.values().stream().mapToLong(Message::weight).sum();
  }

  @Test
  void forEachMatch_prefixesThatSortBetween_areNotMixedUp() {
    RetainedMessages retained = new RetainedMessages(100, 1 << 20, topic -> {});
    for (String topic : List.of("a", "a!", "a/", "a/b", "a0", "ab", "b")) {
      assertThat(retained.retain(message(topic))).isTrue();
    }
    assertThat(topics(retained, "a/#", NOW)).containsExactly("a", "a/", "a/b");
    assertThat(topics(retained, "a/+", NOW)).containsExactly("a/", "a/b");
    assertThat(topics(retained, "ab", NOW)).containsExactly("ab");
    assertThat(topics(retained, "#", NOW)).hasSize(7);
  }

  @Test
  void retain_countBound_refusesANewTopicButReplacesAndRemoves() {
    RetainedMessages retained = new RetainedMessages(2, 1 << 20, topic -> {});
    assertThat(retained.retain(message("a"))).isTrue();
    assertThat(retained.retain(message("b"))).isTrue();
    assertThat(retained.retain(message("c"))).isFalse();
    assertThat(topics(retained, "#", NOW)).containsExactly("a", "b");
    assertThat(retained.retain(message("b", 50, Message.NEVER))).isTrue();
    assertThat(retained.retain(message("a", 0, Message.NEVER))).isTrue();
    assertThat(retained.retain(message("c"))).isTrue();
    assertThat(retained.size()).isEqualTo(2);
  }

  @Test
  void retain_bytesBound_keepsWhatTheTopicHad() {
    Message small = message("a", 10, Message.NEVER);
    RetainedMessages retained = new RetainedMessages(100, 2L * small.weight(), topic -> {});
    assertThat(retained.retain(small)).isTrue();
    assertThat(retained.retain(message("a", 10_000, Message.NEVER))).isFalse();
    List<Message> found = new ArrayList<>();
    retained.forEachMatch("a", NOW, found::add);
    assertThat(found).containsExactly(small);
    assertThat(retained.retain(message("b", 10, Message.NEVER))).isTrue();
    assertThat(retained.retain(message("c", 10, Message.NEVER))).isFalse();
  }

  @Test
  void forEachMatch_expired_isNotGivenAndMakesRoom() {
    RetainedMessages retained = new RetainedMessages(2, 1 << 20, topic -> {});
    retained.retain(message("a", 1, NOW + 1));
    retained.retain(message("b", 1, NOW));
    assertThat(retained.retain(message("c"))).isFalse();
    assertThat(topics(retained, "b", NOW - 1)).containsExactly("b");
    assertThat(topics(retained, "b", NOW)).isEmpty();
    assertThat(retained.size()).isEqualTo(1);
    assertThat(retained.retain(message("c"))).isTrue();
    assertThat(topics(retained, "+", NOW)).containsExactly("a", "c");
    assertThat(topics(retained, "+", NOW + 1)).containsExactly("c");
  }

  @Test
  void removeExpired_someExpired_givesTheirCountAndBytesBack() {
    Message message = message("a", 100, NOW);
    RetainedMessages retained = new RetainedMessages(3, 2L * message.weight(), topic -> {});
    retained.retain(message);
    retained.retain(message("b", 100, Message.NEVER));
    assertThat(retained.retain(message("c", 100, Message.NEVER))).isFalse();
    retained.removeExpired(NOW - 1);
    assertThat(retained.size()).isEqualTo(2);
    retained.removeExpired(NOW);
    assertThat(retained.size()).isEqualTo(1);
    assertThat(retained.retain(message("c", 100, Message.NEVER))).isTrue();
  }

  @Test
  void retain_manyThreads_neverExceedTheBounds() throws InterruptedException {
    int countMax = 50;
    RetainedMessages retained = new RetainedMessages(countMax, 1 << 20, topic -> {});
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      int seed = t;
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < 5_000; i++) {
                  int topic = (i * 31 + seed * 17) % 80;
                  retained.retain(message("t/" + topic));
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(topics(retained, "#", NOW)).hasSize(countMax);
    assertThat(retained.size()).isEqualTo(countMax);
    for (int topic = 0; topic < 80; topic++) {
      retained.retain(message("t/" + topic, 0, Message.NEVER));
    }
    assertThat(retained.size()).isZero();
    for (int topic = 0; topic < countMax; topic++) {
      assertThat(retained.retain(message("t/" + topic))).isTrue();
    }
  }
}
