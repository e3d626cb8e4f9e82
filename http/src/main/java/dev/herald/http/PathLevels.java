package dev.herald.http;

import com.linecorp.armeria.server.ServiceRequestContext;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupLimits;
import dev.herald.core.registry.Registry.ChatKey;
import java.util.Arrays;

/**
 * The ids in the path of a resource: {@code /v1/apps/{appId}/groups/{groupId}/...}. Each is one
 * level, percent-encoded.
 */
final class PathLevels {
  private static final int APP = 3;
  private static final int COLLECTION_MEMBER = 5;
  private static final int ITEM = 7;

  private final String[] levels;

  private PathLevels(String[] levels) {
    this.levels = levels;
  }

  /** Splits the path of a request. */
  static PathLevels of(ServiceRequestContext ctx) {
    return new PathLevels(ctx.path().split("/", -1));
  }

  /**
   * Returns the app.
   *
   * @throws dev.herald.core.error.HeraldException MALFORMED_REQUEST or FIELD_INVALID, naming it
   */
  String appId() {
    return id("appId", APP);
  }

  /** Returns the user of {@code /v1/apps/{appId}/users/{userId}/...}; throws as {@link #appId}. */
  String userId() {
    return id("userId", COLLECTION_MEMBER);
  }

  /**
   * Returns the client of {@code /v1/apps/{appId}/clients/{clientId}}, of any length.
   *
   * @throws dev.herald.core.error.HeraldException MALFORMED_REQUEST
   */
  String clientId() {
    return Text.percentDecoded("clientId", levels[COLLECTION_MEMBER], false);
  }

  /**
   * Returns the filter of {@code /v1/apps/{appId}/consumer-groups/{filter}}, not checked.
   *
   * @throws dev.herald.core.error.HeraldException MALFORMED_REQUEST
   */
  String filter() {
    return Text.percentDecoded("filter", levels[COLLECTION_MEMBER], false);
  }

  /**
   * Returns the consumer of {@code .../consumer-groups/{filter}/consumers/{consumerId}}.
   *
   * @throws dev.herald.core.error.HeraldException MALFORMED_REQUEST
   */
  String consumerId() {
    return Text.percentDecoded("consumerId", levels[ITEM], false);
  }

  /** Returns the group of {@code /v1/apps/{appId}/groups/{groupId}}; throws as {@link #appId}. */
  GroupKey group() {
    return new GroupKey(appId(), id("groupId", COLLECTION_MEMBER));
  }

  /** Returns the chat of {@code /v1/apps/{appId}/chats/{chatId}}; throws as {@link #appId}. */
  ChatKey chat() {
    return new ChatKey(appId(), id("chatId", COLLECTION_MEMBER));
  }

  /**
   * Returns the topic of {@code /v1/apps/{appId}/topics/{topic}}, all levels of it, not checked.
   *
   * @throws dev.herald.core.error.HeraldException MALFORMED_REQUEST
   */
  String topic() {
    String encoded =
        String.join("/", Arrays.asList(levels).subList(COLLECTION_MEMBER, levels.length));
    return Text.percentDecoded("topic", encoded, false);
  }

  /**
   * Returns the user of {@code .../groups/{groupId}/members/{userId}}; throws as {@link #appId}.
   */
  String member() {
    return id("userId", ITEM);
  }

  /**
   * Returns the message or notice of {@code .../groups/{groupId}/messages/{messageId}}.
   *
   * @param name what it is called
   * @throws dev.herald.core.error.HeraldException MALFORMED_REQUEST or FIELD_INVALID, naming it
   */
  long number(String name) {
    return Numbers.parseLong(name, Text.percentDecoded(name, levels[ITEM], false));
  }

  /**
   * Returns the path of something in a group.
   *
   * @param collection the level after the group
   * @param id its own level
   */
  static String pathOf(GroupKey key, String collection, long id) {
    return "/v1/apps/"
        + Text.percentEncoded(key.appId())
        + "/groups/"
        + Text.percentEncoded(key.groupId())
        + '/'
        + collection
        + '/'
        + id;
  }

  private String id(String name, int level) {
    return GroupLimits.checkId(name, Text.percentDecoded(name, levels[level], false));
  }
}
