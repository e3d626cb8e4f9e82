package dev.herald.http;

import dev.herald.core.client.ClientDirectory;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** Clients of app {@code a} that a test puts there. */
final class FewClients implements ClientDirectory {
  private final NavigableMap<String, Details> clients = new ConcurrentSkipListMap<>();

  /** Adds a client that is connected. */
  void add(String clientId, String userId, String... filters) {
    List<Subscribed> subscriptions =
        List.of(filters).stream().map(filter -> new Subscribed(filter, 1)).toList();
    clients.put(
        clientId,
        new Details(
            new Summary(
                clientId,
                userId,
                null,
                List.of("tag of " + userId),
                true,
                5,
                5,
                "[::1]:7",
                0,
                filters.length,
                100),
            subscriptions));
  }

  /** Adds a client that is away. */
  void addAbsent(String clientId) {
    clients.put(
        clientId,
        new Details(
            new Summary(clientId, "", null, List.of(), false, 0, 0, null, 60, 0, 0), List.of()));
  }

  @Override
  public Page page(Filter filter, String after, int limit) {
    List<Summary> page =
        clients.tailMap(after, false).values().stream()
            .map(Details::summary)
            .filter(client -> filter.appId().equals("a"))
            .filter(client -> client.clientId().startsWith(filter.prefix()))
            .filter(client -> filter.userId() == null || filter.userId().equals(client.userId()))
            .filter(client -> filter.tag() == null || client.tags().contains(filter.tag()))
            .limit(limit)
            .toList();
    return new Page(page, page.size() < limit ? null : page.getLast().clientId());
  }

  @Override
  public @Nullable Details find(String appId, String clientId) {
    return appId.equals("a") ? clients.get(clientId) : null;
  }

  @Override
  public boolean disconnect(String appId, String clientId) {
    Details client = find(appId, clientId);
    return client != null && client.summary().connected() && clients.remove(clientId) != null;
  }
}
