package dev.herald.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The window against a naive model: an ordered map from identifier to message. */
final class OutboundWindowTest {
  private static final int IDENTIFIERS = 65_535;

  @Property(tries = 100)
  void window_isAnOrderedMap(
      @ForAll @Size(max = 150) List<@IntRange(max = 99) Integer> steps,
      @ForAll @IntRange(max = 3) int start) {
    Model model = new Model();
    model.fastForward(start == 0 ? 0 : IDENTIFIERS - start * 7);
    for (int step : steps) {
      if (step < 55) {
        model.add();
      } else if (step < 90) {
        model.removeNth(step);
      } else {
        model.removeUnknown(step);
      }
      model.check();
    }
  }

  @Test
  void window_identifiersWrapAround() {
    Model model = new Model();
    for (int i = 0; i < 3 * IDENTIFIERS + 10; i++) {
      assertThat(model.add()).isEqualTo(i % IDENTIFIERS + 1);
      if (model.expected.size() == 5) {
        model.removeNth(0);
      }
    }
    model.check();
  }

  @Test
  void hasIdentifier_theOldestHoldsBackAllBehindIt() {
    OutboundWindow window = new OutboundWindow(0);
    int first = window.add(message());
    for (int i = 1; i < IDENTIFIERS; i++) {
      assertThat(window.hasIdentifier()).isTrue();
      int packetId = window.add(message());
      assertThat(packetId).isEqualTo(i + 1);
      assertThat(window.remove(packetId)).isNotNull();
    }
    assertThat(window.size()).isEqualTo(1);
    assertThat(window.hasIdentifier()).as("the next would be the first one's").isFalse();
    assertThat(window.remove(first)).isNotNull();
    assertThat(window.hasIdentifier()).isTrue();
    assertThat(window.add(message())).isEqualTo(1);
  }

  @Test
  void window_takesEveryIdentifierAtOnce() {
    Model model = new Model();
    while (model.window.hasIdentifier()) {
      model.add();
    }
    assertThat(model.window.size()).isEqualTo(IDENTIFIERS);
    model.check();
    while (!model.expected.isEmpty()) {
      model.removeNth(model.expected.size() - 1);
    }
    model.check();
    assertThat(model.add()).isEqualTo(1);
  }

  private static OutboundMessage message() {
    Message message =
        new Message("t", new byte[0], 1, false, MessageProperties.NONE, Message.NEVER, null);
    return new OutboundMessage(message, 1, false, OutboundMessage.NO_IDENTIFIERS);
  }

  private static final class Model {
    final OutboundWindow window = new OutboundWindow(0);
    final Map<Integer, OutboundMessage> expected = new LinkedHashMap<>();
    private int last;

    /** Uses up identifiers. */
    void fastForward(int count) {
      for (int i = 0; i < count; i++) {
        last = window.add(message());
        assertThat(window.remove(last)).isNotNull();
      }
    }

    int add() {
      OutboundMessage message = message();
      int packetId = window.add(message);
      assertThat(packetId).isEqualTo(last % IDENTIFIERS + 1);
      assertThat(expected.put(packetId, message)).as("identifier in use").isNull();
      last = packetId;
      return packetId;
    }

    void removeNth(int n) {
      if (!expected.isEmpty()) {
        int size = expected.size();
        int packetId =
            n == size - 1
                ? last(expected)
                : expected.keySet().stream().skip(n % size).findFirst().orElseThrow();
        assertThat(window.get(packetId)).isSameAs(expected.get(packetId));
        assertThat(window.remove(packetId)).isSameAs(expected.remove(packetId));
        assertThat(window.remove(packetId)).as("removed twice").isNull();
        assertThat(window.get(packetId)).isNull();
      }
    }

    private static int last(Map<Integer, OutboundMessage> map) {
      return ((LinkedHashMap<Integer, OutboundMessage>) map).lastEntry().getKey();
    }

    void removeUnknown(int seed) {
      int packetId = (last + seed * 31) % IDENTIFIERS + 1;
      if (!expected.containsKey(packetId)) {
        assertThat(window.get(packetId)).isNull();
        assertThat(window.remove(packetId)).isNull();
      }
    }

    void check() {
      assertThat(window.size()).isEqualTo(expected.size());
      List<Integer> identifiers = new ArrayList<>();
      List<OutboundMessage> messages = new ArrayList<>();
      window.forEach((packetId, message) -> {
        identifiers.add(packetId);
        messages.add(message);
      });
      assertThat(identifiers).containsExactlyElementsOf(expected.keySet());
      assertThat(messages).containsExactlyElementsOf(expected.values());
    }
  }
}
