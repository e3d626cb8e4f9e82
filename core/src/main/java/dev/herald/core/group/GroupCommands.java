package dev.herald.core.group;

import dev.herald.core.event.GroupCommand;
import dev.herald.core.event.GroupCommand.Outcome;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupLimits;
import dev.herald.core.id.MessageIds;
import dev.herald.core.journal.Journal;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The commands on groups: each is validated, given its id and appended to the journal. Thread-safe,
 * never blocks.
 */
public final class GroupCommands {
  private final Journal journal;
  private final MessageIds ids;

  /**
   * Makes the commands.
   *
   * @param journal takes what was validated
   * @param ids gives each message its id
   */
  public GroupCommands(Journal journal, MessageIds ids) {
    this.journal = journal;
    this.ids = ids;
  }

  /**
   * Creates a message in a group. The group comes to be with its first message.
   *
   * @param draft what is to be said, as the caller gave it
   * @return completes when the message is as safe as the promises say, with the message; or with a
   *     {@link dev.herald.core.error.HeraldException} of {@link Journal#append}. Completes on a
   *     thread that must not be blocked
   * @throws dev.herald.core.error.HeraldException FIELD_MISSING, FIELD_INVALID or
   *     PAYLOAD_TOO_LARGE, naming the field
   */
  public CompletionStage<Outcome> create(Draft draft) {
    GroupKey key =
        new GroupKey(
            GroupLimits.checkId("appId", draft.appId),
            GroupLimits.checkId("groupId", draft.groupId));
    String userId = GroupLimits.checkId("userId", draft.userId);
    String content = GroupLimits.checkContent("content", draft.content);
    if (draft.clientMessageId != null) {
      GroupLimits.checkId("clientMessageId", draft.clientMessageId);
    }
    return journal.append(
        new GroupCommand.Create(
            ids.next(), key, userId, content, draft.type, draft.clientMessageId));
  }

  /**
   * A message as a caller gave it, not validated yet.
   *
   * @param appId the app, required
   * @param groupId the group, required
   * @param userId who writes, required
   * @param content what is said, required, may be empty
   * @param type the application's own integer, or null
   * @param clientMessageId the writer's own id that makes a retry safe, or null
   */
  public record Draft(
      @Nullable String appId,
      @Nullable String groupId,
      @Nullable String userId,
      @Nullable String content,
      @Nullable Integer type,
      @Nullable String clientMessageId) {}
}
