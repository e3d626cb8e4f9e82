package dev.herald.load;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The command {@code herald bench}: puts load on an MQTT broker, measures and verifies. */
@Command(
    name = "bench",
    description = {
      "Puts load on an MQTT broker, measures it, and verifies what was delivered.",
      "1:1 has --pairs publishers with one subscriber each; fanout has one publisher and"
          + " --subscribers subscribers; connections opens --connections idle ones."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:done, and everything was as it should be",
      "1:messages were lost at QoS 1, duplicated or out of order, the rate could not be kept,"
          + " or a connection was lost",
      "2:the command line is wrong"
    })
public final class BenchCommand implements Callable<Integer> {
  private static final int SECONDS_MAX = 600;
  private static final int COUNT_MAX = 200_000;
  private static final int WINDOW_MAX = 65_535;
  private static final int PAYLOAD_BYTES_MAX = 1 << 20;
  private static final int PER_SECOND_MAX = 10_000_000;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "0..1",
      paramLabel = "SCENARIO",
      defaultValue = "1:1",
      converter = ScenarioConverter.class,
      description = "1:1, fanout or connections (default: ${DEFAULT-VALUE})")
  private Scenario scenario = Scenario.PAIRS;

  @Option(names = "--host", defaultValue = "127.0.0.1", description = "default: ${DEFAULT-VALUE}")
  private String host = "";

  @Option(names = "--port", defaultValue = "1883", description = "default: ${DEFAULT-VALUE}")
  private int port;

  @Option(names = "--allow-remote", description = "allow a host that is not this machine")
  private boolean allowRemote;

  @Option(
      names = "--protocol",
      defaultValue = "5",
      converter = ProtocolConverter.class,
      description = "3.1.1 or 5 (default: ${DEFAULT-VALUE})")
  private Protocol protocol = Protocol.V5;

  @Option(names = "--username", description = "default: none")
  private @Nullable String username;

  @Option(names = "--password", description = "default: none")
  private @Nullable String password;

  @Option(
      names = {"--pairs", "--subscribers", "--connections"},
      defaultValue = "1",
      description = "how many of them, by scenario (default: ${DEFAULT-VALUE})")
  private int count;

  @Option(names = "--qos", defaultValue = "0", description = "0 or 1 (default: ${DEFAULT-VALUE})")
  private int qos;

  @Option(
      names = "--payload",
      defaultValue = "64",
      description = "bytes, 16 to 1048576 (default: ${DEFAULT-VALUE})")
  private int payloadBytes;

  @Option(
      names = "--window",
      defaultValue = "500",
      description =
          "how many messages a publisher may be ahead of its slowest subscriber and, at QoS 1, of"
              + " the broker's acknowledgements (default: ${DEFAULT-VALUE})")
  private int window;

  @Option(
      names = "--rate",
      defaultValue = "0",
      description =
          "messages due in a second, of all publishers together; latency counts from when a"
              + " message was due (default: 0 = as fast as possible)")
  private int perSecond;

  @Option(
      names = "--duration",
      defaultValue = "10",
      description = "seconds, 1 to 600 (default: ${DEFAULT-VALUE})")
  private int durationSeconds;

  @Option(
      names = "--warmup",
      defaultValue = "3",
      description = "seconds before that, 0 to 600 (default: ${DEFAULT-VALUE})")
  private int warmupSeconds;

  @Option(
      names = "--server-pid",
      defaultValue = "0",
      description = "the broker's process: its CPU time and memory are reported (Linux)")
  private long serverPid;

  @Option(names = "--json", description = "print one JSON object instead of a table")
  private boolean json;

  /** Makes the command with its options at their defaults. */
  public BenchCommand() {}

  /**
   * Runs the load and prints the report.
   *
   * @return the exit code
   */
  @Override
  public Integer call() {
    Plan plan = plan();
    Report report;
    try (Loop loop = new Loop(plan.broker())) {
      report =
          plan.scenario() == Scenario.CONNECTIONS
              ? new ConnectionsRun(plan, loop).start().join()
              : new MessageRun(plan, loop).start().join();
    }
    spec.commandLine().getOut().println(json ? report.json() : report.table().stripTrailing());
    spec.commandLine().getOut().flush();
    return report.faults().isEmpty() ? 0 : 1;
  }

  private Plan plan() {
    checkRange("--port", port, 1, 65_535);
    checkRange("--" + countName(), count, 1, COUNT_MAX);
    checkRange("--qos", qos, 0, 1);
    checkRange("--payload", payloadBytes, PublishTemplate.PAYLOAD_BYTES_MIN, PAYLOAD_BYTES_MAX);
    checkRange("--window", window, 1, WINDOW_MAX);
    checkRange("--rate", perSecond, 0, PER_SECOND_MAX);
    checkRange("--duration", durationSeconds, 1, SECONDS_MAX);
    checkRange("--warmup", warmupSeconds, 0, SECONDS_MAX);
    if (serverPid != 0 && Usage.of(serverPid) == null) {
      throw wrong("--server-pid: there is no process " + serverPid + " to read in /proc");
    }
    String run = Integer.toHexString(ThreadLocalRandom.current().nextInt());
    return new Plan(
        broker(),
        protocol,
        username,
        password,
        "bench/" + run,
        scenario,
        count,
        qos,
        payloadBytes,
        window,
        perSecond,
        Duration.ofSeconds(durationSeconds),
        Duration.ofSeconds(warmupSeconds),
        serverPid);
  }

  private String countName() {
    return switch (scenario) {
      case PAIRS -> "pairs";
      case FANOUT -> "subscribers";
      case CONNECTIONS -> "connections";
    };
  }

  private InetSocketAddress broker() {
    try {
      InetAddress address = InetAddress.getByName(host);
      if (!address.isLoopbackAddress() && !allowRemote) {
        throw wrong("--host: " + host + " is not this machine; --allow-remote allows it");
      }
      return new InetSocketAddress(address, port);
    } catch (UnknownHostException e) {
      throw wrong("--host: there is no address of " + host);
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

  private static final class ScenarioConverter implements ITypeConverter<Scenario> {
    @Override
    public Scenario convert(String text) {
      for (Scenario scenario : Scenario.values()) {
        if (scenario.toString().equals(text)) {
          return scenario;
        }
      }
      throw new TypeConversionException("must be 1:1, fanout or connections, it is " + text);
    }
  }

  private static final class ProtocolConverter implements ITypeConverter<Protocol> {
    @Override
    public Protocol convert(String text) {
      for (Protocol protocol : Protocol.values()) {
        if (protocol.toString().equals(text)) {
          return protocol;
        }
      }
      throw new TypeConversionException("must be 3.1.1 or 5, it is " + text);
    }
  }
}
