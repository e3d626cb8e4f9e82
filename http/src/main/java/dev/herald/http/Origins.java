package dev.herald.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Decides which web pages may change something or connect: pages of this server, of the local
 * machine, and of the origins the operator lists. A browser names the page's origin (RFC 6454) and
 * cannot be made to lie by the page; other clients name none and are admitted. Thread-safe.
 */
final class Origins {
  private final List<String> allowed;

  Origins(List<String> allowed) {
    this.allowed = allowed.stream().map(origin -> origin.toLowerCase(Locale.ROOT)).toList();
  }

  /**
   * Tells whether a request is admitted.
   *
   * @param origin the value of its header Origin, or null
   * @param authority the host and port it was sent to, or null
   */
  boolean admits(@Nullable String origin, @Nullable String authority) {
    if (origin == null) {
      return true;
    }
    String lower = origin.toLowerCase(Locale.ROOT);
    if (!isOrigin(lower)) {
      return false;
    }
    String own = lower.substring(lower.indexOf("://") + 3);
    return own.equalsIgnoreCase(authority) || isLoopback(own) || allowed.contains(lower);
  }

  /** Tells whether a text is an origin: scheme http or https, host, and maybe a port. */
  static boolean isOrigin(String text) {
    try {
      URI uri = new URI(text);
      return uri.getHost() != null
          && ("http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme()))
          && text.equalsIgnoreCase(uri.getScheme() + "://" + hostAndPort(uri));
    } catch (URISyntaxException e) {
      return false;
    }
  }

  private static String hostAndPort(URI uri) {
    return uri.getPort() < 0 ? uri.getHost() : uri.getHost() + ':' + uri.getPort();
  }

  private static boolean isLoopback(String authority) {
    String host =
        authority.startsWith("[")
            ? authority.substring(0, authority.indexOf(']') + 1)
            : authority.split(":", 2)[0];
    return host.equals("localhost")
        || host.equals("[::1]")
        || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
  }
}
