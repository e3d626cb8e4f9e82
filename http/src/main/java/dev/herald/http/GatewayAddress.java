package dev.herald.http;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupLimits;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Names one gateway of one app, and what it wants to be sent first.
 *
 * @param key the gateway
 * @param after for each group to resume, the number of the last event the gateway has
 * @param notices whether it is sent notices
 */
record GatewayAddress(GatewayKey key, Map<String, Long> after, boolean notices) {
  /** How long the text is that tells where to resume, in characters: a URL must hold it. */
  private static final int HINT_LENGTH_MAX = 32 << 10;

  /** The levels of a path before the app's. */
  private static final int APP_LEVEL = 4;

  /**
   * Reads the URL of a gateway: {@code
   * /chat/message/broadcast/{appId}/{gatewayId}?after=...&notices=1}.
   *
   * @param path the path as it was sent
   * @param rawQuery the query as it was sent, or null
   * @throws HeraldException MALFORMED_REQUEST or FIELD_INVALID, naming the part
   */
  static GatewayAddress of(String path, @Nullable String rawQuery) {
    String[] levels = path.split("/", -1);
    String appId = Text.percentDecoded("appId", levels[APP_LEVEL], false);
    String gatewayId = Text.percentDecoded("gatewayId", levels[APP_LEVEL + 1], false);
    GatewayKey key =
        new GatewayKey(
            GroupLimits.checkId("appId", appId), GroupLimits.checkId("gatewayId", gatewayId));
    Query query = new Query(rawQuery);
    boolean notices = query.between("notices", 0, 0, 1) == 1;
    return new GatewayAddress(key, after(query.encoded("after")), notices);
  }

  /**
   * Reads {@code {groupId}:{seq},...} with each group id percent-encoded. Clients whose library
   * encodes a parameter's value as a whole send the colons encoded too; then that layer is taken
   * off first.
   */
  private static Map<String, Long> after(@Nullable String encoded) {
    Map<String, Long> after = new LinkedHashMap<>();
    if (encoded == null || encoded.isEmpty()) {
      return after;
    }
    boolean twice = encoded.indexOf(':') < 0;
    String list = twice ? Text.percentDecoded("after", encoded, true) : encoded;
    for (String entry : list.split(",", -1)) {
      int colon = entry.lastIndexOf(':');
      if (colon < 0) {
        throw invalid("after must be groupId:seq, separated by commas");
      }
      String groupId =
          GroupLimits.checkId(
              "after", Text.percentDecoded("after", entry.substring(0, colon), !twice));
      long seq = Numbers.parseLong("after", entry.substring(colon + 1));
      if (seq < 0) {
        throw invalid("after must have numbers of 0 or greater, it has " + seq);
      }
      if (after.put(groupId, seq) != null) {
        throw invalid("after names a group more than once");
      }
    }
    return after;
  }

  /**
   * Tells a gateway that lost events how to resume, in the form it connects with.
   *
   * @param after the groups of which it lost events, each with the number of the last one before
   * @return {@code ; resume with after=g:5,h:7}, or nothing if it lost none
   */
  static String resumeHint(Map<String, Long> after) {
    StringBuilder hint = new StringBuilder();
    int told = 0;
    for (Map.Entry<String, Long> group : after.entrySet()) {
      if (hint.length() > HINT_LENGTH_MAX) {
        return hint + " and " + (after.size() - told) + " more groups";
      }
      hint.append(told == 0 ? "; resume with after=" : ",")
          .append(Text.percentEncoded(group.getKey()))
          .append(':')
          .append(group.getValue());
      told++;
    }
    return hint.toString();
  }

  private static HeraldException invalid(String detail) {
    return new HeraldException(ErrorCode.FIELD_INVALID, detail);
  }

  /**
   * A gateway's identity; each of the two is compared exactly.
   *
   * @param appId the app it is of
   * @param gatewayId its own id within the app
   */
  record GatewayKey(String appId, String gatewayId) {}
}
