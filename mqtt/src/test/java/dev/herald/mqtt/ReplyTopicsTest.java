package dev.herald.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.topic.Topics;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

final class ReplyTopicsTest {
  @Test
  void prefixOf_escapesWhatWouldBeMoreThanPartOfALevel() {
    assertThat(ReplyTopics.prefixOf("phone-7")).isEqualTo("$reply/phone-7/");
    assertThat(ReplyTopics.prefixOf("a/+#%2F")).isEqualTo("$reply/a%2F%2B%23%252F/");
    assertThat(ReplyTopics.isOne("$reply/phone-7/x")).isTrue();
    assertThat(ReplyTopics.isOne("$replyx/phone-7/x")).isFalse();
  }

  @Property
  void prefixOf_noOtherClientsTopicBeginsWithIt(
      @ForAll @StringLength(min = 1, max = 6) @CharRange(from = '#', to = '/') String one,
      @ForAll @StringLength(min = 1, max = 6) @CharRange(from = '#', to = '/') String other) {
    String prefix = ReplyTopics.prefixOf(one);
    assertThat(Topics.checkName(prefix + "x")).isNotNull();
    assertThat((ReplyTopics.prefixOf(other) + "x").startsWith(prefix)).isEqualTo(one.equals(other));
  }
}
