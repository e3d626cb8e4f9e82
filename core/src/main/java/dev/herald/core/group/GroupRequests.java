package dev.herald.core.group;

import dev.herald.core.error.HeraldException;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Obeys requests to groups that come as a document and are answered by one, for an edge that
 * carries documents and does not look into them. Thread-safe.
 */
public interface GroupRequests {
  /**
   * Obeys a command.
   *
   * @return completes with the answer when the command is as safe as the promises say, or with a
   *     {@link HeraldException} of {@link GroupCommands}; on a thread that must not be blocked
   * @throws HeraldException MALFORMED_REQUEST, FIELD_MISSING, FIELD_INVALID or PAYLOAD_TOO_LARGE
   */
  CompletionStage<byte[]> command(Request request);

  /**
   * Reads a query.
   *
   * @return makes the answer, or throws a {@link HeraldException} of {@link GroupQueries}; it
   *     blocks on the store
   * @throws HeraldException MALFORMED_REQUEST or FIELD_INVALID
   */
  Function<GroupQueries, byte[]> query(Request request);

  /** Returns the answer to a request that was refused. */
  byte[] problem(HeraldException refusal);

  /** What a request is about; its name in small letters is the last level of its topic. */
  enum Operation {
    /** Withdraws a message. A command. */
    RECALL,
    /** Publishes or deletes a notice. A command. */
    NOTICE,
    /** Reads events. A query. */
    HISTORY;

    /** Returns the operation of a name, or null. */
    public static @Nullable Operation of(String name) {
      for (Operation operation : values()) {
        if (operation.name().toLowerCase(Locale.ROOT).equals(name)) {
          return operation;
        }
      }
      return null;
    }

    /** Returns whether it changes nothing. */
    public boolean isQuery() {
      return this == HISTORY;
    }
  }

  /**
   * A request.
   *
   * @param appId the app of the client that asks; no other one's groups are within its reach
   * @param groupId the group it is about
   * @param userId the user who asks
   * @param operation what is asked for
   * @param document the details, as they were sent
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Request(
      String appId, String groupId, String userId, Operation operation, byte[] document) {}
}
