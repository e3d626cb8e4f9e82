package dev.herald.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The command {@code herald export}: writes the events of a group that a running server has, one
 * JSON document a line. It asks the server over HTTP, so it needs no access to its files. A file
 * gets its name when it is whole; an export that breaks off leaves none.
 */
@Command(
    name = "export",
    description = "Writes every event of a group of a running server, one JSON document a line.",
    mixinStandardHelpOptions = true,
    versionProvider = HeraldVersion.class)
final class ExportCommand implements Callable<Integer> {
  private static final Duration CONNECT_MAX = Duration.ofSeconds(10);
  private static final int PIECE_CHARACTERS = 8192;

  @Parameters(index = "0", paramLabel = "APP", description = "The app's id.")
  private String appId = "";

  @Parameters(index = "1", paramLabel = "GROUP", description = "The group's id.")
  private String groupId = "";

  @Option(
      names = {"-u", "--url"},
      paramLabel = "URL",
      description = "Where the server answers HTTP; ${DEFAULT-VALUE} if missing.",
      defaultValue = "http://127.0.0.1:8000")
  private String url = "";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Where to write to, replacing what is there; standard output if missing.")
  private @Nullable Path output;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(address()).build();
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT_MAX).build()) {
      HttpResponse<InputStream> answer = client.send(request, BodyHandlers.ofInputStream());
      try (InputStream lines = answer.body()) {
        if (answer.statusCode() != 200) {
          return refuse(new String(lines.readAllBytes(), StandardCharsets.UTF_8).strip());
        }
        write(lines);
        return 0;
      }
    } catch (IOException broken) {
      return refuse("the export broke off: " + reason(broken));
    }
  }

  private URI address() {
    String path = "/v1/apps/" + encoded(appId) + "/groups/" + encoded(groupId) + "/export";
    URI address;
    try {
      address = URI.create(url.replaceAll("/+$", "") + path);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), url + " is no URL", e);
    }
    if (!"http".equals(address.getScheme()) && !"https".equals(address.getScheme())) {
      throw new ParameterException(spec.commandLine(), url + " begins with neither http nor https");
    }
    return address;
  }

  private void write(InputStream lines) throws IOException {
    if (output == null) {
      print(lines);
      return;
    }
    Path whole = output.toAbsolutePath();
    Path folder = Objects.requireNonNullElse(whole.getParent(), whole);
    Path part = Files.createTempFile(folder, ".herald-export", ".part");
    try {
      Files.copy(lines, part, StandardCopyOption.REPLACE_EXISTING);
      Files.move(part, whole, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private void print(InputStream lines) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Reader reader = new InputStreamReader(lines, StandardCharsets.UTF_8);
    char[] piece = new char[PIECE_CHARACTERS];
    int read = reader.read(piece);
    while (read >= 0) {
      out.write(piece, 0, read);
      if (out.checkError()) {
        throw new IOException("standard output takes no more");
      }
      read = reader.read(piece);
    }
  }

  private int refuse(String why) {
    spec.commandLine().getErr().println("herald: " + why);
    return Foreground.START_FAILED;
  }

  private static String reason(IOException broken) {
    String message = broken.getMessage();
    return broken.getClass().getSimpleName() + (message == null ? "" : ": " + message);
  }

  private static String encoded(String id) {
    return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
