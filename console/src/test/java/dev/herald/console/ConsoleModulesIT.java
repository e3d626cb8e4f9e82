package dev.herald.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the tests of the page's modules, {@code modules/tests.js}, in a real browser. */
final class ConsoleModulesIT {

  private static final String BASE = "/console/";
  private static final String TESTS = BASE + "modules/";
  private static final int BROWSER_SECONDS_MAX = 60;

  private final Console console = Console.load();
  private final CompletableFuture<String> report = new CompletableFuture<>();

  @TempDir Path profile;

  @Test
  void modules_inABrowser_doWhatTheirTestsSay() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    Process browser = browse("http://127.0.0.1:" + server.getAddress().getPort() + TESTS);
    try {
      List<String> lines = report.get(BROWSER_SECONDS_MAX, TimeUnit.SECONDS).lines().toList();

      assertThat(lines).hasSizeGreaterThan(15).allMatch(line -> line.startsWith("ok "));
    } finally {
      end(browser.toHandle());
      server.stop(0);
    }
  }

  private Process browse(String url) throws IOException {
    var command =
        List.of(
            browser().toString(),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--remote-debugging-port=0",
            "--user-data-dir=" + profile,
            url);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(profile.resolve("browser.log").toFile())
        .start();
  }

  /**
   * Ends the browser with its helpers, and waits, so that nobody writes to the profile any more.
   */
  private static void end(ProcessHandle browser) {
    List<ProcessHandle> all = Stream.concat(browser.descendants(), Stream.of(browser)).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(process -> process.onExit().join());
  }

  private static Path browser() {
    return Stream.of("chromium", "chromium-browser", "google-chrome")
        .flatMap(name ->
            Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no Chromium on the PATH; bin/check installs it"));
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      if (path.equals("/report")) {
        report.complete(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
        exchange.sendResponseHeaders(204, -1);
        return;
      }
      Optional<Asset> asset =
          path.startsWith(TESTS) ? test(path.substring(TESTS.length())) : console.find(own(path));
      if (asset.isEmpty()) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      byte[] bytes = asset.get().bytes();
      exchange.getResponseHeaders().set("Content-Type", asset.get().mediaType());
      exchange.getResponseHeaders().set("Content-Security-Policy", console.contentSecurityPolicy());
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private static String own(String path) {
    return path.startsWith(BASE) ? path.substring(BASE.length()) : "logo.svg";
  }

  private static Optional<Asset> test(String name) throws IOException {
    String file = name.isEmpty() ? "tests.html" : name;
    String type = file.endsWith(".html") ? "text/html" : "text/javascript";
    try (InputStream in = ConsoleModulesIT.class.getResourceAsStream("modules/" + file)) {
      return Optional.ofNullable(in == null ? null : new Asset(in.readAllBytes(), type));
    }
  }
}
