package dev.herald.sql;

import dev.herald.core.event.GroupChange.Membership;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;

/** The keys of users, and who is a member of which group; for the writer's thread. */
final class UserKeys {
  private static final int USERS_CACHED_MAX = 50_000;

  private final PreparedStatement findUser;
  private final PreparedStatement insertUser;
  private final PreparedStatement insertMember;
  private final PreparedStatement markRead;
  private final Map<User, Long> keys = new BoundedCache<>(USERS_CACHED_MAX);

  UserKeys(Connection connection) throws SQLException {
    findUser =
        connection.prepareStatement(
            "SELECT user_key FROM app_user WHERE app_id = ? AND user_id = ?");
    insertUser =
        connection.prepareStatement(
            "INSERT INTO app_user (app_id, user_id) VALUES (?, ?) RETURNING user_key");
    insertMember =
        connection.prepareStatement(
            "INSERT INTO member (user_key, group_key) VALUES (?, ?) ON CONFLICT DO NOTHING");
    markRead =
        connection.prepareStatement(
            "INSERT INTO member (user_key, group_key, read_seq) VALUES (?, ?, ?)"
                + " ON CONFLICT DO UPDATE SET read_seq = max(read_seq, excluded.read_seq)");
  }

  /** Returns the key of a user, who is added if new. */
  long key(String appId, String userId) throws SQLException {
    User user = new User(appId, userId);
    Long key = keys.get(user);
    if (key == null) {
      key = Jdbc.first(findUser, row -> row.getLong(1), appId, userId);
      if (key == null) {
        key = Jdbc.returned(insertUser, appId, userId);
      }
      keys.put(user, key);
    }
    return key;
  }

  /** Makes a user a member of a group, unless that was so before. */
  void join(long userKey, long groupKey) throws SQLException {
    Jdbc.update(insertMember, userKey, groupKey);
  }

  /** Makes a user a member of a group and brings forward what the user has read. */
  void mark(long groupKey, Membership member) throws SQLException {
    Jdbc.update(markRead, key(member.key().appId(), member.userId()), groupKey, member.readSeq());
  }

  /** Forgets what was read. */
  void forget() {
    keys.clear();
  }

  private record User(String appId, String userId) {}
}
