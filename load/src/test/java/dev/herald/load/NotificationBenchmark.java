package dev.herald.load;

import dev.herald.core.client.Client;
import dev.herald.core.client.ClientTopics;
import dev.herald.core.client.Clients;
import dev.herald.core.client.Notification;
import dev.herald.core.client.NotificationSettings;
import dev.herald.core.client.Registration;
import dev.herald.core.client.Target;
import dev.herald.core.config.SettingTree;
import dev.herald.core.metric.Metrics;
import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.Router;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a notification to one of many clients costs in the core, without any network. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class NotificationBenchmark {
  /** Counts what it gets, as the least a client can do. */
  static final class Counting extends Client {
    long count;
    private final String id;
    private final Lane lane;

    Counting(String id, Lane lane) {
      this.id = id;
      this.lane = lane;
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public Lane lane() {
      return lane;
    }

    @Override
    protected boolean isReady() {
      return true;
    }

    @Override
    protected boolean hasRoomFor(Message notification) {
      return true;
    }

    @Override
    protected boolean accepts(Message notification) {
      return true;
    }

    @Override
    protected void take(Message notification) {
      count++;
    }
  }

  /** Clients that all have the tag "all" and a user of their own; one has the tag "one". */
  @State(Scope.Benchmark)
  public static class Connected {
    /** How many clients there are. */
    @Param({"100", "15000", "1000000"})
    public int clients;

    private Clients all = clients(new Router(1), new TopicTreeBenchmark.Here());
    private long lastId;

    private static Clients clients(Router router, Lane lane) {
      router.addLane(lane);
      Clients.Shared shared =
          Clients.Shared.of(
              SettingTree.defaults(NotificationSettings.class),
              0,
              new Metrics(),
              event -> {},
              InstantSource.system());
      return new Clients("app", router, shared);
    }

    /** Connects the clients. */
    @Setup
    public void connect() {
      Lane lane = new TopicTreeBenchmark.Here();
      for (int i = 0; i < clients; i++) {
        Client client = new Counting("client-" + i, lane);
        List<String> tags = i == clients / 2 ? List.of("all", "one") : List.of("all");
        all.join(client, new Registration("user-" + i, "device-" + i, tags));
        all.listen(client);
      }
    }

    long send(Target target) {
      long[] reached = new long[1];
      Message message =
          new Message(
              ClientTopics.NOTIFY,
              new byte[64],
              2,
              false,
              MessageProperties.NONE,
              Message.NEVER,
              null);
      all.deliver(
          new Notification("app", ++lastId, List.of(target), message, 0),
          reach -> reached[0] = reach.clients());
      if (reached[0] != 1) {
        throw new IllegalStateException("reached " + reached[0]);
      }
      return reached[0];
    }
  }

  /** To the one client of a user. */
  @Benchmark
  public long oneUser(Connected state) {
    return state.send(new Target(Set.of("user-7"), Set.of(), Set.of(), Set.of(), Set.of()));
  }

  /** To the one client of two tags, of which all clients have the other. */
  @Benchmark
  public long twoTags(Connected state) {
    return state.send(new Target(Set.of(), Set.of(), Set.of(), Set.of("all", "one"), Set.of()));
  }
}
