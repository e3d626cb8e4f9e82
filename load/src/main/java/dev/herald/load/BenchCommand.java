package dev.herald.load;

import java.io.Console;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code herald bench}: puts load on an MQTT broker, measures and verifies. */
@Command(
    name = "bench",
    header = "Puts load on any MQTT broker, measures it, and verifies what was delivered.%n",
    synopsisHeading = "",
    customSynopsis = "Usage: herald bench [SCENARIO] [options]",
    descriptionHeading = "%nScenarios:%n",
    description = {
      "  1:1          --pairs publishers with one subscriber each",
      "  fanout       each message goes to all --subscribers",
      "  fanin        --publishers share out to few --subscribers",
      "  shared       each message goes to one of the --subscribers of $$share",
      "  mixed        --clients that each publish to another, at a steady --rate",
      "  chat         --chats of --members who all speak, at a steady --rate; all must hear",
      "               the same in the same order",
      "  rooms        the same over ordinary topics, which promise no common order",
      "  connections  --connections that are opened, held while they ping, and closed"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  herald bench                                   10 pairs, all they can",
      "  herald bench 1:1 --qos 1 --pid 4711            ... and the broker's CPU time",
      "  herald bench mixed --clients 5000              latency at 2/s of each",
      "  herald bench 1:1 --knee --bound 10             highest rate with p99 <= 10 ms",
      "  herald bench connections --connections 10000 --ping 8"
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done, and everything was as it should be",
      "1:messages were lost at QoS 1, duplicated or out of order, the rate could not be kept,"
          + " or a connection was lost",
      "2:the command line is wrong"
    })
public final class BenchCommand implements Callable<Integer> {
  private static final int SECONDS_MAX = 3600;
  private static final int COUNT_MAX = 200_000;
  private static final int AT_ONCE_MAX = 10_000;
  private static final int WINDOW_MAX = 65_535;
  private static final int PAYLOAD_BYTES_MAX = 1 << 20;
  private static final int PER_SECOND_MAX = 10_000_000;
  private static final int BOUND_MS_MAX = 60_000;
  private static final int KNEE_START_PER_SECOND = 1000;
  private static final String EACH = "/client";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "0..1",
      paramLabel = "SCENARIO",
      defaultValue = "1:1",
      hidden = true,
      converter = BenchOptions.ScenarioConverter.class)
  private Scenario scenario = Scenario.PAIRS;

  @ArgGroup(validate = false, heading = "%nBroker:%n")
  private BenchOptions.Broker broker = new BenchOptions.Broker();

  @ArgGroup(validate = false, heading = "%nClients:%n")
  private BenchOptions.Clients clients = new BenchOptions.Clients();

  @ArgGroup(validate = false, heading = "%nMessages:%n")
  private BenchOptions.Messages messages = new BenchOptions.Messages();

  @ArgGroup(validate = false, heading = "%nConnections:%n")
  private BenchOptions.Connections connections = new BenchOptions.Connections();

  @ArgGroup(validate = false, heading = "%nRun:%n")
  private BenchOptions.Run run = new BenchOptions.Run();

  /** Makes the command with its options at their defaults. */
  public BenchCommand() {}

  /**
   * Runs the load and prints the report.
   *
   * @return the exit code
   */
  @Override
  public Integer call() {
    Target target = target();
    Report report;
    if (scenario == Scenario.CONNECTIONS) {
      ConnectionsPlan plan = connectionsPlan();
      try (Loop loop = new Loop(target.address(), false)) {
        report = new ConnectionsRun(target, plan, loop, progress()).start().join();
      }
    } else {
      Plan plan = plan();
      report = messages.knee ? knee(target, plan) : run(target, plan).report();
    }
    spec.commandLine().getOut().println(run.json ? report.json() : report.table().stripTrailing());
    spec.commandLine().getOut().flush();
    return report.faults().isEmpty() ? 0 : 1;
  }

  private MessageRun.Result run(Target target, Plan plan) {
    try (Loop loop = new Loop(target.address(), plan.coalesced())) {
      return new MessageRun(target, plan, loop, progress()).start().join();
    }
  }

  private Report knee(Target target, Plan plan) {
    Progress progress = progress();
    double start = plan.isOpenLoop() ? plan.perSecond() : KNEE_START_PER_SECOND;
    Knee knee = new Knee(PER_SECOND_MAX);
    double found =
        knee.search(
            start,
            rate -> {
              Knee.Trial trial = run(target, plan.at(rate)).trial(rate, messages.boundMs);
              progress.keep(trial::line);
              return trial;
            });
    Report report =
        new Report()
            .text("scenario", "scenario", scenario.toString())
            .number("boundMs", "bound of p99, ms", messages.boundMs)
            .measure("kneePerSecond", "highest rate/s that held", found, 0, "")
            .parts("tried", knee.trials().stream().map(Knee.Trial::report).toList());
    knee.trials().forEach(trial -> report.note(trial.line()));
    return found > 0 ? report : report.fault("no rate holds the bound");
  }

  private Progress progress() {
    boolean terminal =
        Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    boolean shown = run.progress == null ? terminal && !run.json : run.progress;
    PrintWriter to = shown ? spec.commandLine().getErr() : null;
    return new Progress(to);
  }

  private Target target() {
    checkRange("--port", broker.port, 1, 65_535);
    if (broker.pid != 0 && Usage.of(broker.pid) == null) {
      throw wrong("--pid: there is no process " + broker.pid + " to read in /proc");
    }
    return new Target(address(), broker.protocol, broker.username, broker.password, broker.pid);
  }

  private InetSocketAddress address() {
    try {
      InetAddress address = InetAddress.getByName(broker.host);
      if (!address.isLoopbackAddress() && !broker.allowRemote) {
        throw wrong("--host: " + broker.host + " is not this machine; --allow-remote allows it");
      }
      return new InetSocketAddress(address, broker.port);
    } catch (UnknownHostException e) {
      throw wrong("--host: there is no address of " + broker.host);
    }
  }

  private ConnectionsPlan connectionsPlan() {
    int count = count("--connections", clients.connections, 1000);
    onlyFor("--pairs", clients.pairs);
    onlyFor("--publishers", clients.publishers);
    onlyFor("--subscribers", clients.subscribers);
    onlyFor("--clients", clients.clients);
    onlyFor("--chats", clients.chats);
    onlyFor("--members", clients.members);
    onlyFor("--rate", messages.rate);
    onlyFor("--knee", messages.knee ? true : null);
    checkRange("--at-once", connections.atOnce, 1, AT_ONCE_MAX);
    checkRange("--ping", connections.pingSeconds, 0, WINDOW_MAX);
    checkRange("--settle", connections.settleSeconds, 0, SECONDS_MAX);
    return new ConnectionsPlan(
        count,
        connections.atOnce,
        connections.pingSeconds,
        connections.subscribe,
        Duration.ofSeconds(connections.settleSeconds),
        duration());
  }

  private Plan plan() {
    int[] publishersAndSubscribers = peers();
    int publishers = publishersAndSubscribers[0];
    checkRange("--qos", messages.qos, 0, 1);
    checkRange(
        "--payload", messages.payloadBytes, PublishTemplate.PAYLOAD_BYTES_MIN, PAYLOAD_BYTES_MAX);
    checkRange("--window", messages.window, 1, WINDOW_MAX);
    checkRange("--warmup", run.warmupSeconds, 0, SECONDS_MAX);
    checkRange("--bound", messages.boundMs, 1, BOUND_MS_MAX);
    return new Plan(
        scenario,
        publishers,
        publishersAndSubscribers[1],
        scenario.isTalk() ? members() : 0,
        messages.qos,
        messages.payloadBytes,
        messages.window,
        rate(publishers),
        duration(),
        Duration.ofSeconds(run.warmupSeconds),
        messages.coalesced);
  }

  private int members() {
    return count("--members", clients.members, 4);
  }

  /** Returns how many clients publish and how many subscribe. */
  private int[] peers() {
    onlyFor("--connections", clients.connections);
    if (scenario.isTalk()) {
      return talkers();
    }
    onlyFor("--chats", clients.chats);
    onlyFor("--members", clients.members);
    if (scenario != Scenario.PAIRS) {
      onlyFor("--pairs", clients.pairs);
    }
    if (scenario != Scenario.MIXED) {
      onlyFor("--clients", clients.clients);
    }
    if (scenario == Scenario.PAIRS || scenario == Scenario.MIXED) {
      onlyFor("--publishers", clients.publishers);
      onlyFor("--subscribers", clients.subscribers);
      int count =
          scenario == Scenario.PAIRS
              ? count("--pairs", clients.pairs, 10)
              : count("--clients", clients.clients, 1000);
      if (scenario == Scenario.MIXED && count < 2) {
        throw wrong("--clients must be 2 or more: each publishes to another");
      }
      return new int[] {count, count};
    }
    int[] defaults =
        switch (scenario) {
          case FAN_OUT -> new int[] {1, 1000};
          case FAN_IN -> new int[] {1000, 1};
          default -> new int[] {10, 10};
        };
    return new int[] {
      count("--publishers", clients.publishers, defaults[0]),
      count("--subscribers", clients.subscribers, defaults[1])
    };
  }

  /** Returns how many talk; each publishes and subscribes. */
  private int[] talkers() {
    onlyFor("--pairs", clients.pairs);
    onlyFor("--publishers", clients.publishers);
    onlyFor("--subscribers", clients.subscribers);
    onlyFor("--clients", clients.clients);
    if (scenario == Scenario.CHAT && broker.protocol != Protocol.V5) {
      throw wrong("--protocol must be 5 for chat: others cannot ask for an echo");
    }
    long all = (long) count("--chats", clients.chats, 100) * members();
    if (all > COUNT_MAX) {
      throw wrong("--chats times --members must be at most " + COUNT_MAX + ", it is " + all);
    }
    return new int[] {(int) all, (int) all};
  }

  private double rate(int publishers) {
    String text = messages.rate;
    if (text == null) {
      return scenario == Scenario.MIXED || scenario.isTalk() ? 2.0 * publishers : 0;
    }
    boolean each = text.endsWith(EACH);
    double rate;
    try {
      rate = Double.parseDouble(each ? text.substring(0, text.length() - EACH.length()) : text);
    } catch (NumberFormatException e) {
      throw wrong("--rate must be a number, such as 5000 or 2/client; it is " + text);
    }
    double all = each ? rate * publishers : rate;
    if (!(all > 0 && all <= PER_SECOND_MAX)) {
      throw wrong("--rate must be more than 0 and at most 10000000 in all; it is " + text);
    }
    return all;
  }

  private Duration duration() {
    int usual = messages.knee ? 5 : 10;
    int seconds = run.durationSeconds == null ? usual : run.durationSeconds;
    checkRange("--duration", seconds, 1, SECONDS_MAX);
    return Duration.ofSeconds(seconds);
  }

  private int count(String option, @Nullable Integer given, int usual) {
    int value = given == null ? usual : given;
    checkRange(option, value, 1, COUNT_MAX);
    return value;
  }

  private void onlyFor(String option, @Nullable Object given) {
    if (given != null) {
      throw wrong(String.format(Locale.ROOT, "%s means nothing for %s", option, scenario));
    }
  }

  private void checkRange(String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw wrong(option + " must be " + min + " to " + max + ", it is " + value);
    }
  }

  private ParameterException wrong(String sentence) {
    return new ParameterException(spec.commandLine(), sentence);
  }
}
