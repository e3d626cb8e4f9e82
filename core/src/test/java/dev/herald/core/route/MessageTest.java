package dev.herald.core.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MessageTest {
  private static final AtomicInteger MADE = new AtomicInteger();
  private static final Message.Form<String> UPPER =
      new Message.Form<>(
          String.class,
          message -> {
            MADE.incrementAndGet();
            return message.topic().toUpperCase(java.util.Locale.ROOT);
          });
  private static final Message.Form<Integer> LENGTH =
      new Message.Form<>(Integer.class, message -> message.payload().length);

  @Test
  void encoded_askedAgain_isTheSameValue() {
    int before = MADE.get();
    Message message = Recorder.message("abc", new byte[7]);
    String first = message.encoded(UPPER);
    assertThat(first).isEqualTo("ABC");
    assertThat(message.encoded(LENGTH)).isEqualTo(7);
    assertThat(message.encoded(UPPER)).isSameAs(first);
    assertThat(MADE.get() - before).isEqualTo(1);
  }

  @Test
  void encoded_otherMessage_hasItsOwn() {
    assertThat(Recorder.message("a").encoded(UPPER)).isEqualTo("A");
    assertThat(Recorder.message("b").encoded(UPPER)).isEqualTo("B");
  }

  @Test
  void encoded_manyThreads_allGetAnEqualValue() throws InterruptedException {
    Message message = Recorder.message("abc");
    List<String> values = java.util.Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(Thread.ofPlatform().start(() -> values.add(message.encoded(UPPER))));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(values).hasSize(4).containsOnly("ABC");
  }

  @Test
  void weight_properties_countAsWell() {
    Message plain = Recorder.message("abc", new byte[100]);
    assertThat(plain.weight()).isBetween(103, 300);
    List<String> many = Arrays.asList("k".repeat(1000), "v".repeat(1000));
    MessageProperties properties =
        new MessageProperties(
            MessageProperties.PayloadFormat.UTF8,
            "c".repeat(1000),
            "r".repeat(1000),
            "d".repeat(1000).getBytes(StandardCharsets.UTF_8),
            many);
    Message heavy = new Message("abc", new byte[100], 1, false, properties, Message.NEVER, null);
    assertThat(heavy.weight() - plain.weight()).isBetween(5000, 5500);
  }

  @Test
  void userProperty_severalOfOneName_isTheFirst() {
    MessageProperties properties =
        new MessageProperties(
            MessageProperties.PayloadFormat.NOT_SAID,
            null,
            null,
            null,
            List.of("a", "b", "b", "1", "b", "2"));
    assertThat(properties.userProperty("b")).isEqualTo("1");
    assertThat(properties.userProperty("1")).isNull();
    assertThat(MessageProperties.NONE.userProperty("a")).isNull();
  }
}
