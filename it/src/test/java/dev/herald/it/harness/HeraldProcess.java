package dev.herald.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The packaged server, run as users run it: a process of its own with the launcher's JVM flags, on
 * ports that the system picks. For one thread.
 */
public final class HeraldProcess implements AutoCloseable {
  /** How long a start may take on a busy machine. */
  public static final Duration START_MAX = Duration.ofSeconds(60);

  private static final Pattern ADDRESS =
      Pattern.compile("\\s+(MQTT|MQTT over WS|HTTP)\\s{2,}127\\.0\\.0\\.1:(\\d+)\\b.*");
  private static final Pattern PROBLEM =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\S+ (WARN|ERROR) .*");

  private final Path data;
  private final List<String> settings;
  private Child child;
  private Ports ports;

  /**
   * The ports of a server.
   *
   * @param mqtt MQTT over TCP
   * @param ws MQTT over WebSocket
   * @param http HTTP
   */
  public record Ports(int mqtt, int ws, int http) {
    /** Ports that the system picks. */
    public static final Ports ANY = new Ports(0, 0, 0);
  }

  /**
   * How a server stopped.
   *
   * @param code its exit code
   * @param took from the signal to its end
   */
  public record Stopped(int code, Duration took) {}

  private HeraldProcess(Path data, List<String> settings) {
    this.data = data;
    this.settings = settings;
    this.child = launch(Ports.ANY);
    this.ports = awaitReady();
  }

  /**
   * Starts a server and waits until it is ready.
   *
   * @param data its data directory, which is never deleted here
   * @param settings more settings, each {@code key=value}
   */
  public static HeraldProcess start(Path data, String... settings) {
    return new HeraldProcess(data, List.of(settings));
  }

  /**
   * Runs the server's command line, which must end by itself.
   *
   * @param environment variables
   * @param arguments command and options
   */
  public static Child.Ended run(Map<String, String> environment, String... arguments) {
    try (Child child = Child.start(command(List.of(arguments)), environment)) {
      return child.awaitEnd(START_MAX);
    }
  }

  /** The flags that the launcher gives the server's JVM. */
  public static List<String> jvmFlags() {
    return List.of(property("herald.jvm.flags").split(" "));
  }

  /** The folder of the repository. */
  public static Path root() {
    return Path.of(property("herald.root"));
  }

  private static List<String> command(List<String> arguments) {
    Path jar = root().resolve("server/target/herald.jar");
    if (!Files.isRegularFile(jar)) {
      throw new AssertionError(jar + " is missing; build the module server (mvn -am)");
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmFlags());
    command.add("-ea:dev.herald..."); // so that every touch by a thread that is not the owner fails
    command.add("-jar");
    command.add(jar.toString());
    command.addAll(arguments);
    return command;
  }

  private static String property(String key) {
    return Objects.requireNonNull(System.getProperty(key), key);
  }

  private Child launch(Ports wanted) {
    List<String> arguments = new ArrayList<>(List.of("standalone"));
    for (String setting : settings) {
      arguments.add("--set");
      arguments.add(setting);
    }
    return Child.start(
        command(arguments),
        Map.of(
            "HERALD_DATA",
            data.toString(),
            "HERALD_MQTT_PORT",
            Integer.toString(wanted.mqtt),
            "HERALD_WS_PORT",
            Integer.toString(wanted.ws),
            "HERALD_HTTP_PORT",
            Integer.toString(wanted.http)));
  }

  private Ports awaitReady() {
    try {
      child.err().await("its banner", line -> line.contains("credentials"), START_MAX);
      return portsIn(child.err().lines());
    } catch (AssertionError e) {
      child.close();
      throw e;
    }
  }

  /**
   * The ports that a banner tells.
   *
   * @throws AssertionError if one is missing
   */
  public static Ports portsIn(List<String> banner) {
    int mqtt = 0;
    int ws = 0;
    int http = 0;
    for (String line : banner) {
      Matcher address = ADDRESS.matcher(line);
      if (address.matches()) {
        int port = Integer.parseInt(address.group(2));
        switch (address.group(1)) {
          case "MQTT" -> mqtt = port;
          case "HTTP" -> http = port;
          default -> ws = port;
        }
      }
    }
    if (mqtt == 0 || ws == 0 || http == 0) {
      throw new AssertionError("no address of a listener in:\n" + String.join("\n", banner));
    }
    return new Ports(mqtt, ws, http);
  }

  /** Where it listens. */
  public Ports ports() {
    return ports;
  }

  /** The address of an HTTP resource, its path beginning with a slash. */
  public URI http(String path) {
    return URI.create("http://127.0.0.1:" + ports.http + path);
  }

  /** Its data directory. */
  public Path data() {
    return data;
  }

  /** Its standard error, since the last start. */
  public Output log() {
    return child.err();
  }

  /** The lines of its log that are warnings or errors, since the last start. */
  public List<String> problems() {
    return log().lines().stream().filter(line -> PROBLEM.matcher(line).matches()).toList();
  }

  /**
   * One of its metrics.
   *
   * @param name the name with its labels, as it is exported
   */
  public double metric(String name) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request = HttpRequest.newBuilder(http("/metrics")).build();
      return client
          .send(request, BodyHandlers.ofString())
          .body()
          .lines()
          .filter(line -> line.startsWith(name + " "))
          .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
          .findFirst()
          .orElseThrow(() -> new AssertionError("no metric " + name));
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Its process id. */
  public long pid() {
    return child.pid();
  }

  /** Whether it runs. */
  public boolean isAlive() {
    return child.isAlive();
  }

  /** Kills it as {@code kill -9} does. */
  public void kill() {
    child.kill();
  }

  /** Sends SIGTERM, and waits for the end. */
  public Stopped stop() {
    long since = System.nanoTime();
    child.terminate();
    int code = child.awaitEnd(Duration.ofSeconds(30)).code();
    return new Stopped(code, Duration.ofNanos(System.nanoTime() - since));
  }

  /**
   * Starts it again, after it ended, and kills it while it starts.
   *
   * @param after how long it may run before, unless it ends by itself
   */
  public void killWhileStarting(Duration after) {
    child.close();
    child = launch(ports);
    child.killAfter(after);
  }

  /** Starts it again, after it ended, with the same data on the same ports. */
  public void restart() {
    child.close();
    child = launch(ports);
    awaitReady();
  }

  @Override
  public void close() {
    child.close();
  }

  /** Deletes a directory with all that is in it. */
  static void delete(Path directory) {
    try (var files = Files.walk(directory)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
