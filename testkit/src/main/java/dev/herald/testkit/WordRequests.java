package dev.herald.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupCommand.Target;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupKey;
import dev.herald.core.group.GroupCommands;
import dev.herald.core.group.GroupCommands.NoticeDraft;
import dev.herald.core.group.GroupQueries;
import dev.herald.core.group.GroupRequests;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Requests in words instead of JSON: a recall is {@code id cause}, a notice its title, a history
 * the number to read after; what is answered begins with the ids.
 */
public final class WordRequests implements GroupRequests {
  private final GroupCommands commands;

  /**
   * Makes the requests.
   *
   * @param commands obeys them
   */
  public WordRequests(GroupCommands commands) {
    this.commands = commands;
  }

  @Override
  public CompletionStage<byte[]> command(Request request) {
    String document = new String(request.document(), UTF_8);
    if (request.operation() == Operation.NOTICE) {
      NoticeDraft draft =
          new NoticeDraft(
              request.appId(), request.groupId(), request.userId(), document, "", null, null, null);
      return commands.publishNotice(draft).thenApply(done -> bytes("notice"));
    }
    String[] words = document.split(" ", 2);
    Target target =
        new Target(number(words[0]), request.appId(), request.groupId(), request.userId());
    return commands
        .recall(target, words[1])
        .thenApply(done -> bytes(done.message().messageId() + " recalled"));
  }

  @Override
  public Function<GroupQueries, byte[]> query(Request request) {
    GroupKey key = new GroupKey(request.appId(), request.groupId());
    long after = number(new String(request.document(), UTF_8));
    return queries ->
        bytes(
            queries.eventsAfter(key, after, 10).stream()
                .map(event ->
                    event instanceof GroupEvent.Created created
                        ? Long.toString(created.message().messageId())
                        : "event " + event.seq())
                .collect(Collectors.joining(",")));
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new HeraldException(ErrorCode.MALFORMED_REQUEST, "no number", e);
    }
  }

  @Override
  public byte[] problem(HeraldException refusal) {
    return bytes(refusal.code().name());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
