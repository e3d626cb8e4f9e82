package dev.herald.core.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupCommand;
import dev.herald.core.event.GroupCommand.Create;
import dev.herald.core.event.GroupCommand.Outcome;
import dev.herald.core.event.GroupKey;
import dev.herald.core.group.GroupCommands.Draft;
import dev.herald.core.id.MessageIds;
import dev.herald.core.journal.Journal;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GroupCommandsTest {
  private final Appended journal = new Appended();
  private final GroupCommands commands =
      new GroupCommands(journal, new MessageIds(0, InstantSource.system(), 0));

  @Test
  void create_valid_isAppendedAsGivenWithANewId() {
    commands.create(new Draft("app", "group", "user", "line\n\"two\"", -3, "mine"));
    commands.create(new Draft("app", "group", "user", "", null, null));
    Create first = (Create) journal.commands.get(0);
    Create second = (Create) journal.commands.get(1);
    assertThat(first)
        .isEqualTo(
            new Create(
                first.messageId(),
                new GroupKey("app", "group"),
                "user",
                "line\n\"two\"",
                -3,
                "mine"));
    assertThat(second.content()).isEmpty();
    assertThat(second.type()).isNull();
    assertThat(second.messageId()).isGreaterThan(first.messageId()).isPositive();
  }

  static Stream<Arguments> faults() {
    String longId = "x".repeat(128);
    return Stream.of(
        Arguments.of(draft(null, "g", "u", "c", null), ErrorCode.FIELD_MISSING, "appId"),
        Arguments.of(draft("a", null, "u", "c", null), ErrorCode.FIELD_MISSING, "groupId"),
        Arguments.of(draft("a", "g", null, "c", null), ErrorCode.FIELD_MISSING, "userId"),
        Arguments.of(draft("a", "g", "u", null, null), ErrorCode.FIELD_MISSING, "content"),
        Arguments.of(draft(longId, "g", "u", "c", null), ErrorCode.FIELD_INVALID, "appId"),
        Arguments.of(draft("a", "", "u", "c", null), ErrorCode.FIELD_INVALID, "groupId"),
        Arguments.of(draft("a", "g", "u\0", "c", null), ErrorCode.FIELD_INVALID, "userId"),
        Arguments.of(draft("a", "g", "u", "\uD83D", null), ErrorCode.FIELD_INVALID, "content"),
        Arguments.of(
            draft("a", "g", "u", "c".repeat(65_536), null), ErrorCode.PAYLOAD_TOO_LARGE, "content"),
        Arguments.of(draft("a", "g", "u", "c", ""), ErrorCode.FIELD_INVALID, "clientMessageId"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void create_invalid_isRefusedNamingTheFieldAndNothingIsAppended(
      Draft draft, ErrorCode code, String field) {
    assertThatThrownBy(() -> commands.create(draft))
        .hasMessageStartingWith(field)
        .isInstanceOfSatisfying(
            HeraldException.class, refusal -> assertThat(refusal.code()).isEqualTo(code));
    assertThat(journal.commands).isEmpty();
  }

  private static Draft draft(
      @Nullable String appId,
      @Nullable String groupId,
      @Nullable String userId,
      @Nullable String content,
      @Nullable String clientMessageId) {
    return new Draft(appId, groupId, userId, content, 1, clientMessageId);
  }

  /** Keeps what was appended, and never answers. */
  private static final class Appended implements Journal {
    final List<GroupCommand> commands = new ArrayList<>();

    @Override
    public void start(Applier applier) {}

    @Override
    public CompletionStage<Outcome> append(GroupCommand command) {
      commands.add(command);
      return new CompletableFuture<>();
    }

    @Override
    public void close() {}
  }
}
