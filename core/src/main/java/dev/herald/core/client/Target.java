package dev.herald.core.client;

import java.util.List;
import java.util.Set;

/**
 * Whom a notification is for: every client that meets all conditions that are given. An empty set
 * is no condition, so that a target without any is every client. Immutable.
 *
 * @param users the client is of one of these users
 * @param devices the client is one of these devices
 * @param anyTags the client has one of these tags, or more
 * @param allTags the client has each of these tags
 * @param noTags the client has none of these tags
 */
public record Target(
    Set<String> users,
    Set<String> devices,
    Set<String> anyTags,
    Set<String> allTags,
    Set<String> noTags) {

  /** Every client. */
  public static final Target ALL = new Target(Set.of(), Set.of(), Set.of(), Set.of(), Set.of());

  /** Makes an immutable target. */
  public Target {
    users = Set.copyOf(users);
    devices = Set.copyOf(devices);
    anyTags = Set.copyOf(anyTags);
    allTags = Set.copyOf(allTags);
    noTags = Set.copyOf(noTags);
  }

  /** Returns how many names it has. */
  public int names() {
    return users.size() + devices.size() + anyTags.size() + allTags.size() + noTags.size();
  }

  /** Returns whether a client that registered this meets every condition. */
  public boolean matches(Registration client) {
    return (users.isEmpty() || users.contains(client.userId()))
        && (devices.isEmpty() || (client.device() != null && devices.contains(client.device())))
        && (anyTags.isEmpty() || hasAny(client.tags(), anyTags))
        && (noTags.isEmpty() || !hasAny(client.tags(), noTags))
        && (allTags.isEmpty() || client.tags().containsAll(allTags));
  }

  private static boolean hasAny(List<String> tags, Set<String> wanted) {
    for (int i = 0; i < tags.size(); i++) {
      if (wanted.contains(tags.get(i))) {
        return true;
      }
    }
    return false;
  }
}
