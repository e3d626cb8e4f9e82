package dev.herald.it.harness;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The command line clients {@code mosquitto_sub} and {@code mosquitto_pub}, talking to one server
 * as one user. A subscriber gives up after 30 s, so that no test waits for ever.
 */
public final class Mosquitto {
  private static final Duration END_MAX = Duration.ofSeconds(40);
  private static final String MARK = "|";

  private final HeraldProcess server;
  private final String user;

  /**
   * Clients of a server.
   *
   * @param server it runs
   * @param user the user name, {@code app/user}
   */
  public Mosquitto(HeraldProcess server, String user) {
    this.server = server;
    this.user = user;
  }

  /**
   * A subscriber at work.
   *
   * @param child the process
   */
  public record Subscriber(Child child) implements AutoCloseable {
    /** What it has received, each in the form that {@code -F} asked for. */
    public List<String> messages() {
      return child.out().lines().stream()
          .filter(line -> line.startsWith(MARK))
          .map(line -> line.substring(MARK.length()))
          .toList();
    }

    /** Waits until it ends by itself, having received as many messages as {@code -C} says. */
    public List<String> awaitMessages() {
      Child.Ended ended = child.awaitEnd(END_MAX);
      if (ended.code() != 0) {
        throw new AssertionError("mosquitto_sub ended with " + ended);
      }
      return messages();
    }

    @Override
    public void close() {
      child.close();
    }
  }

  /**
   * Starts a subscriber and returns once its subscription is acknowledged. What it prints of a
   * message is topic, QoS, retain flag and payload: {@code a/b 1 0 hi}.
   */
  public Subscriber subscribe(String... options) {
    return subscribeFormat("%t %q %r %p", options);
  }

  /** Starts a subscriber as {@link #subscribe} does, that prints in the format of {@code -F}. */
  public Subscriber subscribeFormat(String format, String... options) {
    // Into a pipe it writes whole blocks, unless it is told to write lines.
    List<String> command = new ArrayList<>(List.of("stdbuf", "-oL"));
    command.addAll(common("mosquitto_sub"));
    command.addAll(List.of("-d", "-W", "30", "-F", MARK + format));
    command.addAll(List.of(options));
    Child child = Child.start(command, Map.of());
    try {
      child.out().await("SUBACK", line -> line.contains("received SUBACK"), Duration.ofSeconds(20));
    } catch (AssertionError e) {
      child.close();
      throw new AssertionError(e.getMessage() + "\n" + child.err().text(), e);
    }
    return new Subscriber(child);
  }

  /**
   * Publishes, and returns once it is done.
   *
   * @throws AssertionError if it fails
   */
  public void publish(String... options) {
    Child.Ended ended = tryPublish(options);
    if (ended.code() != 0 || !ended.err().isEmpty()) {
      throw new AssertionError("mosquitto_pub ended with " + ended);
    }
  }

  /** Publishes, and tells how that ended. */
  public Child.Ended tryPublish(String... options) {
    List<String> command = common("mosquitto_pub");
    command.addAll(List.of(options));
    try (Child child = Child.start(command, Map.of())) {
      return child.awaitEnd(END_MAX);
    }
  }

  private List<String> common(String program) {
    String port = Integer.toString(server.ports().mqtt());
    List<String> command = new ArrayList<>(List.of(Child.find(program).toString()));
    command.addAll(List.of("-h", "127.0.0.1", "-p", port, "-u", user));
    return command;
  }
}
