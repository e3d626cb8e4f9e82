package dev.herald.mqtt;

import dev.herald.core.app.App;
import dev.herald.core.app.Apps;
import dev.herald.core.client.ClientDirectory;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.mqtt.codec.Reason;
import dev.herald.mqtt.codec.Subscribe;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of this node as a directory of clients.
 *
 * <p>Sessions have no order and pay nothing for being listed: who asks for a page goes through all
 * of them, on its own thread, and keeps the least identifiers only. What a session holds its lane
 * tells, one task for each lane of the page. Thread-safe.
 */
final class SessionDirectory implements ClientDirectory {
  private static final Logger LOG = System.getLogger(SessionDirectory.class.getName());
  private static final int ANSWER_SECONDS_MAX = 10;

  private final Apps apps;
  private final Sessions sessions;
  private final Counters counters;

  SessionDirectory(Apps apps, Sessions sessions, Counters counters) {
    this.apps = apps;
    this.sessions = sessions;
    this.counters = counters;
  }

  @Override
  public Page page(Filter filter, String after, int limit) {
    Comparator<Session> byId = Comparator.comparing(session -> session.key().clientId());
    PriorityQueue<Session> least = new PriorityQueue<>(byId.reversed());
    Predicate<String> tagged = tagged(filter);
    for (Session session : sessions.all()) {
      if (matches(session, filter)
          && tagged.test(session.key().clientId())
          && session.key().clientId().compareTo(after) > 0) {
        least.add(session);
        if (least.size() > limit) {
          var _ = least.remove();
        }
      }
    }
    List<Session> page = new ArrayList<>(least);
    page.sort(byId);
    return new Page(summaries(page), page.size() < limit ? null : page.getLast().key().clientId());
  }

  private Predicate<String> tagged(Filter filter) {
    if (filter.tag() == null) {
      return clientId -> true;
    }
    App app = apps.find(filter.appId());
    return app == null ? clientId -> false : app.clients().tagged(filter.tag())::contains;
  }

  private static boolean matches(Session session, Filter filter) {
    return session.key().appId().equals(filter.appId())
        && session.key().clientId().startsWith(filter.prefix())
        && (filter.userId() == null || filter.userId().equals(session.userId));
  }

  private static List<Summary> summaries(List<Session> page) {
    Map<LoopLane, List<Session>> byLane = new LinkedHashMap<>();
    for (Session session : page) {
      byLane.computeIfAbsent(session.loopLane(), lane -> new ArrayList<>()).add(session);
    }
    Map<Session, CompletableFuture<@Nullable Summary>> answers = new LinkedHashMap<>();
    page.forEach(session -> answers.put(session, new CompletableFuture<>()));
    byLane.forEach((lane, there) ->
        execute(lane, () -> there.forEach(session -> answer(session, answers.get(session)))));
    return answers.values().stream().map(SessionDirectory::await).filter(Objects::nonNull).toList();
  }

  private static void answer(
      Session session, @Nullable CompletableFuture<@Nullable Summary> answer) {
    Objects.requireNonNull(answer).complete(session.ended ? null : summary(session));
  }

  @Override
  public @Nullable Details find(String appId, String clientId) {
    return ask(
        new Sessions.Key(appId, clientId),
        session -> new Details(summary(session), subscriptions(session)));
  }

  @Override
  public boolean disconnect(String appId, String clientId) {
    Boolean done = ask(new Sessions.Key(appId, clientId), this::disconnect);
    return done != null && done;
  }

  private boolean disconnect(Session session) {
    Connection connection = session.connection();
    if (connection == null) {
      return false;
    }
    LOG.log(Level.INFO, () -> "mqtt.disconnected_by_operator " + connection);
    counters.disconnected.increment();
    connection.end(Reason.ADMINISTRATIVE_ACTION, "an operator ended the connection");
    return true;
  }

  /** Returns what the lane of a session says about it, or null if there is no such session. */
  private <T> @Nullable T ask(Sessions.Key key, Function<Session, T> question) {
    Session session = sessions.find(key);
    if (session == null) {
      return null;
    }
    CompletableFuture<@Nullable T> answer = new CompletableFuture<>();
    execute(
        session.loopLane(), () -> answer.complete(session.ended ? null : question.apply(session)));
    return await(answer);
  }

  private static void execute(LoopLane lane, Runnable task) {
    try {
      lane.execute(task);
    } catch (RejectedExecutionException ended) {
      throw stopping(ended);
    }
  }

  private static <T> @Nullable T await(CompletableFuture<@Nullable T> answer) {
    try {
      return answer.get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw stopping(interrupted);
    } catch (TimeoutException ended) {
      // a lane that has ended took the task all the same
      throw stopping(ended);
    } catch (ExecutionException failed) {
      throw new IllegalStateException(failed.getCause());
    }
  }

  private static HeraldException stopping(Exception cause) {
    return new HeraldException(ErrorCode.SHUTTING_DOWN, ErrorCode.SHUTTING_DOWN.text(), cause);
  }

  private static Summary summary(Session session) {
    Connection connection = session.connection();
    return new Summary(
        session.key().clientId(),
        session.userId,
        session.registration().device(),
        session.registration().tags(),
        connection != null,
        session.sinceMs,
        connection == null ? 0 : connection.version(),
        connection == null ? null : text(connection.remoteAddress()),
        session.expirySeconds,
        session.subscriptionCount(),
        session.heldBytes());
  }

  private static @Nullable String text(@Nullable SocketAddress address) {
    if (!(address instanceof InetSocketAddress at) || at.getAddress() == null) {
      return address == null ? null : address.toString();
    }
    String host = at.getAddress().getHostAddress();
    return (host.indexOf(':') < 0 ? host : '[' + host + ']') + ':' + at.getPort();
  }

  private static List<Subscribed> subscriptions(Session session) {
    List<Subscribed> all = new ArrayList<>(session.subscriptionCount());
    session
        .subscriptions
        .values()
        .forEach(one -> all.add(new Subscribed(one.filter(), one.options() & Subscribe.QOS)));
    if (session.shared != null) {
      session.shared.forEach(
          (filter, options) -> all.add(new Subscribed(filter, options & Subscribe.QOS)));
    }
    all.sort(Comparator.comparing(Subscribed::filter));
    return all.subList(0, Math.min(all.size(), SUBSCRIPTIONS_MAX));
  }
}
