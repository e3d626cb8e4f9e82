package dev.herald.core.group;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.event.GroupLimits;
import dev.herald.core.topic.Topics;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GroupTopicsTest {
  @Provide
  Arbitrary<String> groupIds() {
    Arbitrary<String> special =
        Arbitraries.strings().withChars("%/+#2BF$5a").ofMinLength(1).ofMaxLength(12);
    Arbitrary<String> any =
        Arbitraries.strings().excludeChars('\0').ofMinLength(1).ofMaxLength(127);
    return Arbitraries.oneOf(special, any)
        .filter(id -> java.nio.charset.StandardCharsets.UTF_8.newEncoder().canEncode(id));
  }

  @Property
  void topicOf_anyGroup_isOneLevelAndComesBack(@ForAll("groupIds") String groupId) {
    String topic = GroupTopics.topicOf(groupId);
    assertThat(Topics.checkName(topic)).isEqualTo(topic);
    assertThat(topic.split("/", -1)).hasSize(2);
    assertThat(Topics.matches(GroupTopics.ALL, topic)).isTrue();
    assertThat(GroupTopics.groupIdOf(topic)).isEqualTo(groupId);
  }

  @Property
  void groupIdOf_anyTopic_isNullOrTheGroupOfExactlyThatTopic(@ForAll("groupIds") String level) {
    String topic = GroupTopics.PREFIX + level;
    String groupId = GroupTopics.groupIdOf(topic);
    if (groupId != null) {
      assertThat(GroupTopics.topicOf(groupId)).isEqualTo(topic);
    }
  }

  @ParameterizedTest
  @CsvSource({"room, $group/room", "a/b, $group/a%2Fb", "50%+#, $group/50%25%2B%23"})
  void topicOf_specialCharacters_areEscaped(String groupId, String topic) {
    assertThat(GroupTopics.topicOf(groupId)).isEqualTo(topic);
    assertThat(GroupTopics.groupIdOf(topic)).isEqualTo(groupId);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "group/a",
        "$group",
        "$group/",
        "$group/a/history",
        "$group/%",
        "$group/a%2",
        "$group/%2f",
        "$group/%41",
        "$group/%5%2",
        "$group/+",
        "$group/#",
        "$Group/a"
      })
  void groupIdOf_noGroupsTopic_isNull(String topic) {
    assertThat(GroupTopics.groupIdOf(topic)).isNull();
  }

  @Test
  void topicOf_longestGroup_isAValidName() {
    assertThat(Topics.checkName(GroupTopics.topicOf("/".repeat(GroupLimits.ID_CHARACTERS_MAX))))
        .hasSize(GroupTopics.PREFIX.length() + 3 * GroupLimits.ID_CHARACTERS_MAX);
  }
}
