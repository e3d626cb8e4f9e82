package dev.herald.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of the web console, found by the path under which a browser asks for them.
 *
 * <p>There are two kinds. The console's own files lie on the class path under {@code
 * dev/herald/console/web/}. Libraries come out of WebJars ({@code
 * META-INF/resources/webjars/{artifact}/{version}/}) and are asked for as {@code
 * lib/{artifact}/{path}}, without the version; only scripts of the WebJars that {@code
 * webjars.properties} names are given out.
 *
 * <p>Any thread may call every method. A file is read once and then kept: there are as many as the
 * build packed, so the memory is bounded.
 */
public final class Console {

  private static final String INDEX = "index.html";
  private static final String OWN_FILES = "dev/herald/console/web/";
  private static final String WEBJARS = "META-INF/resources/webjars/";
  private static final String LIBRARIES = "lib/";

  /** Segments of plain characters that do not begin with a dot: no traversal, no hidden file. */
  private static final Pattern SAFE_PATH =
      Pattern.compile("[A-Za-z0-9_@-][A-Za-z0-9_@.-]*(?:/[A-Za-z0-9_@-][A-Za-z0-9_@.-]*)*");

  private static final Pattern IMPORT_MAP =
      Pattern.compile("<script type=\"importmap\">(.*?)</script>", Pattern.DOTALL);

  private static final Map<String, String> MEDIA_TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  private final ClassLoader resources;
  private final Properties webjarVersions;
  private final String contentSecurityPolicy;
  private final Map<String, Asset> assets = new ConcurrentHashMap<>();

  private Console(ClassLoader resources, Properties webjarVersions, String importMap) {
    this.resources = resources;
    this.webjarVersions = webjarVersions;
    this.contentSecurityPolicy = policy(importMap);
  }

  /**
   * Opens the console that is on this class's class path.
   *
   * @return the console
   * @throws IllegalStateException if the build did not pack the console's page or its list of
   *     WebJars
   */
  public static Console load() {
    ClassLoader resources = Console.class.getClassLoader();
    var versions = new Properties();
    try (InputStream in = required(resources, "dev/herald/console/webjars.properties");
        InputStream page = required(resources, OWN_FILES + INDEX)) {
      versions.load(in);
      Matcher importMap = IMPORT_MAP.matcher(new String(page.readAllBytes(), UTF_8));
      if (!importMap.find()) {
        throw new IllegalStateException("the console's page has no import map");
      }
      return new Console(resources, versions, importMap.group(1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Finds the file that a browser asks for.
   *
   * @param path what follows {@code /console/} in the URL, percent-decoded, without query; empty
   *     means the page itself
   * @return the file, or empty when there is none or it may not be given out (answer 404)
   */
  public Optional<Asset> find(String path) {
    String name = path.isEmpty() ? INDEX : path;
    Asset known = assets.get(name);
    if (known != null) {
      return Optional.of(known);
    }
    int dot = name.lastIndexOf('.');
    String mediaType = dot < 0 ? null : MEDIA_TYPES.get(name.substring(dot + 1));
    if (mediaType == null) {
      return Optional.empty();
    }
    Optional<Asset> found = resource(name).flatMap(this::read).map(b -> new Asset(b, mediaType));
    found.ifPresent(asset -> assets.put(name, asset));
    return found;
  }

  /**
   * The value of {@code Content-Security-Policy} for every answer under {@code /console/}. Scripts
   * run only from this server, beside the one import map written into the page; nothing is
   * evaluated from text and markup cannot be made from strings except by the template library.
   *
   * @return the policy, one line
   */
  public String contentSecurityPolicy() {
    return contentSecurityPolicy;
  }

  private Optional<String> resource(String name) {
    if (!SAFE_PATH.matcher(name).matches()) {
      return Optional.empty();
    }
    if (!name.startsWith(LIBRARIES)) {
      return Optional.of(OWN_FILES + name);
    }
    int artifactEnd = name.indexOf('/', LIBRARIES.length());
    if (artifactEnd < 0 || !name.endsWith(".js")) {
      return Optional.empty();
    }
    String artifact = name.substring(LIBRARIES.length(), artifactEnd);
    return Optional.ofNullable(webjarVersions.getProperty(artifact))
        .map(version -> WEBJARS + artifact + '/' + version + name.substring(artifactEnd));
  }

  private Optional<byte[]> read(String resource) {
    try (InputStream in = resources.getResourceAsStream(resource)) {
      return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream required(ClassLoader resources, String name) {
    InputStream in = resources.getResourceAsStream(name);
    if (in == null) {
      throw new IllegalStateException("not packed into this build: " + name);
    }
    return in;
  }

  /** The page talks to the WebSocket listener, which has a port of its own: hence ws and wss. */
  private static String policy(String importMap) {
    String hash = Base64.getEncoder().encodeToString(Asset.sha256(importMap.getBytes(UTF_8)));
    return String.join(
        "; ",
        "default-src 'none'",
        "script-src 'self' 'sha256-" + hash + "'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self' ws: wss:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types lit-html");
  }
}
