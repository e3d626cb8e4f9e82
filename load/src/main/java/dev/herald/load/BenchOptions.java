package dev.herald.load;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options of {@code herald bench}, by the heading they stand under in its help. */
final class BenchOptions {
  private BenchOptions() {}

  /** Which broker. */
  static final class Broker {
    @Option(names = "--host", paramLabel = "HOST", description = "default: 127.0.0.1")
    String host = "127.0.0.1";

    @Option(names = "--port", paramLabel = "N", description = "default: 1883")
    int port = 1883;

    @Option(names = "--allow-remote", description = "allow a host that is not this machine")
    boolean allowRemote;

    @Option(
        names = "--protocol",
        paramLabel = "V",
        converter = ProtocolConverter.class,
        description = "3.1.1 or 5 (default: 5)")
    Protocol protocol = Protocol.V5;

    @Option(names = "--username", paramLabel = "NAME", description = "default: none")
    @Nullable String username;

    @Option(names = "--password", paramLabel = "TEXT", description = "default: none")
    @Nullable String password;

    @Option(
        names = "--pid",
        paramLabel = "PID",
        description =
            "the broker's process on this machine: its CPU time and memory are reported (Linux)")
    long pid;
  }

  /** How many clients of which kind. */
  static final class Clients {
    @Option(names = "--pairs", paramLabel = "N", description = "1:1 (default: 10)")
    @Nullable Integer pairs;

    @Option(
        names = "--publishers",
        paramLabel = "N",
        description = "fanout (default: 1), fanin (1000), shared (10)")
    @Nullable Integer publishers;

    @Option(
        names = "--subscribers",
        paramLabel = "N",
        description = "fanout (default: 1000), fanin (1), shared (10)")
    @Nullable Integer subscribers;

    @Option(names = "--clients", paramLabel = "N", description = "mixed (default: 1000)")
    @Nullable Integer clients;

    @Option(names = "--chats", paramLabel = "N", description = "chat, rooms (default: 100)")
    @Nullable Integer chats;

    @Option(
        names = "--members",
        paramLabel = "N",
        description = "of each chat or room (default: 4)")
    @Nullable Integer members;

    @Option(names = "--connections", paramLabel = "N", description = "connections (default: 1000)")
    @Nullable Integer connections;
  }

  /** What they send. */
  static final class Messages {
    @Option(names = "--qos", paramLabel = "N", description = "0 or 1 (default: 0)")
    int qos;

    @Option(names = "--payload", paramLabel = "BYTES", description = "16 to 1048576 (default: 64)")
    int payloadBytes = 64;

    @Option(
        names = "--rate",
        paramLabel = "R",
        description = {
          "messages due in a second, of all publishers together, or of each with /client: 2/client."
              + " Latency then counts from when a message was due.",
          "Default: as fast as the window allows; 2/client for mixed, chat and rooms"
        })
    @Nullable String rate;

    @Option(
        names = "--window",
        paramLabel = "N",
        description =
            "how many messages a publisher may be ahead of its slowest subscriber and, at QoS 1,"
                + " of the acknowledgements (default: 100)")
    int window = 100;

    @Option(
        names = "--coalesce",
        description =
            "send all that a client has to send at a moment in one write, as some gateways do."
                + " Without it every packet is a write of its own, as of independent clients")
    boolean coalesced;

    @Option(
        names = "--knee",
        description = "find the highest rate at which p99 stays within the bound, from --rate on")
    boolean knee;

    @Option(
        names = "--bound",
        paramLabel = "MS",
        description = "of --knee, milliseconds (default: 10)")
    int boundMs = 10;
  }

  /** What connections do. */
  static final class Connections {
    @Option(
        names = "--at-once",
        paramLabel = "N",
        description = "how many are being made at any moment (default: 64)")
    int atOnce = 64;

    @Option(
        names = "--ping",
        paramLabel = "SECONDS",
        description = "keep-alive, and time between two pings of each; 0 = none (default: 60)")
    int pingSeconds = 60;

    @Option(names = "--subscribe", description = "each subscribes to a topic of its own")
    boolean subscribe;

    @Option(
        names = "--settle",
        paramLabel = "SECONDS",
        description =
            "how long the broker's memory has to stay the same before it is measured, with --pid"
                + " (default: 2)")
    int settleSeconds = 2;
  }

  /** How long, and what is shown. */
  static final class Run {
    @Option(
        names = "--duration",
        paramLabel = "SECONDS",
        description = "measured (default: 10; for each rate that --knee tries: 5)")
    @Nullable Integer durationSeconds;

    @Option(
        names = "--warmup",
        paramLabel = "SECONDS",
        description = "sent before that (default: 3)")
    int warmupSeconds = 3;

    @Option(names = "--json", description = "print one JSON object instead of a table")
    boolean json;

    @Option(
        names = "--progress",
        negatable = true,
        description = "show how it is going (default: on a terminal)")
    @Nullable Boolean progress;
  }

  /** Reads the name of a scenario. */
  static final class ScenarioConverter implements ITypeConverter<Scenario> {
    @Override
    public Scenario convert(String text) {
      try {
        return Scenario.of(text);
      } catch (IllegalArgumentException unknown) {
        throw new TypeConversionException(unknown.getMessage());
      }
    }
  }

  /** Reads a version of MQTT. */
  static final class ProtocolConverter implements ITypeConverter<Protocol> {
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
