package dev.herald.core.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupCommand;
import dev.herald.core.event.GroupCommand.Create;
import dev.herald.core.event.GroupCommand.NoticeText;
import dev.herald.core.event.GroupCommand.Outcome;
import dev.herald.core.event.GroupCommand.PublishNotice;
import dev.herald.core.event.GroupCommand.RecallMessage;
import dev.herald.core.event.GroupCommand.Target;
import dev.herald.core.event.GroupKey;
import dev.herald.core.group.GroupCommands.Draft;
import dev.herald.core.group.GroupCommands.NoticeDraft;
import dev.herald.core.id.MessageIds;
import dev.herald.core.journal.Journal;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
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

  @Test
  void recall_valid_isAppendedAsGiven() {
    Target target = new Target(7, "app", null, "moderator");
    commands.recall(target, "a".repeat(255));
    commands.recall(new Target(-1, null, null, null), null);

    assertThat(journal.commands)
        .containsExactly(
            new RecallMessage(target, "a".repeat(255)),
            new RecallMessage(new Target(-1, null, null, null), null));
  }

  @Test
  void publishNotice_valid_isAppendedWithType0WhenNoneIsGiven() {
    commands.publishNotice(notice("t".repeat(255), "", "", null));

    PublishNotice command = (PublishNotice) journal.commands.getFirst();
    assertThat(command)
        .isEqualTo(
            new PublishNotice(
                command.noticeId(),
                new GroupKey("a", "g"),
                "u",
                new NoticeText("t".repeat(255), "", "", 0),
                null));
  }

  static Stream<Arguments> otherFaults() {
    Target any = new Target(1, null, null, null);
    String large = "c".repeat(65_536);
    return Stream.of(
        fault(c -> c.recall(any, "x".repeat(256)), ErrorCode.FIELD_INVALID, "recallCause"),
        fault(c -> c.recall(any, "\uD83D"), ErrorCode.FIELD_INVALID, "recallCause"),
        fault(c -> c.recall(new Target(1, "", null, null), null), ErrorCode.FIELD_INVALID, "appId"),
        fault(
            c -> c.deleteNotice(new Target(1, "a", "\0", null)),
            ErrorCode.FIELD_INVALID,
            "groupId"),
        fault(c -> c.publishNotice(notice(null, "c", null, 1)), ErrorCode.FIELD_MISSING, "title"),
        fault(
            c -> c.publishNotice(notice("x".repeat(256), "c", null, 1)),
            ErrorCode.FIELD_INVALID,
            "title"),
        fault(c -> c.publishNotice(notice("t", null, null, 1)), ErrorCode.FIELD_MISSING, "content"),
        fault(
            c -> c.publishNotice(notice("t", large, null, 1)),
            ErrorCode.PAYLOAD_TOO_LARGE,
            "content"),
        fault(
            c -> c.publishNotice(notice("t", "c", large, 1)),
            ErrorCode.PAYLOAD_TOO_LARGE,
            "jumpUrl"),
        fault(c -> c.markRead("a", "g", "u", -1), ErrorCode.FIELD_INVALID, "seq"),
        fault(c -> c.markRead("a", "g", null, 1), ErrorCode.FIELD_MISSING, "userId"),
        fault(c -> c.addMember("a", null, "u"), ErrorCode.FIELD_MISSING, "groupId"));
  }

  private static Arguments fault(Consumer<GroupCommands> command, ErrorCode code, String field) {
    return Arguments.of(command, code, field);
  }

  @ParameterizedTest
  @MethodSource("otherFaults")
  void command_invalid_isRefusedNamingTheFieldAndNothingIsAppended(
      Consumer<GroupCommands> command, ErrorCode code, String field) {
    assertThatThrownBy(() -> command.accept(commands))
        .hasMessageStartingWith(field)
        .isInstanceOfSatisfying(
            HeraldException.class, refusal -> assertThat(refusal.code()).isEqualTo(code));
    assertThat(journal.commands).isEmpty();
  }

  private static NoticeDraft notice(
      @Nullable String title,
      @Nullable String content,
      @Nullable String jumpUrl,
      @Nullable Integer type) {
    return new NoticeDraft("a", "g", "u", title, content, jumpUrl, type, null);
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
