package dev.herald.core.web;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Decides which web pages may use this server through their user's browser: pages of the local
 * machine and of the origins the operator lists; where the server is open to others, its own pages
 * as well.
 *
 * <p>A browser names the page's origin (RFC 6454) and cannot be made to lie by the page; other
 * clients name none and are admitted. The host a request was sent to is checked too while the
 * server is for this machine only: else a foreign page whose name is made to lead to the loopback
 * address (DNS rebinding) would be the server's own. Thread-safe.
 */
public final class Origins {
  private final List<String> allowed;
  private final boolean open;

  /**
   * Makes the rule.
   *
   * @param allowed the origins the operator lists, as {@link #isOrigin} wants them
   * @param open whether others than this machine can reach the server
   */
  public Origins(List<String> allowed, boolean open) {
    this.allowed = allowed.stream().map(origin -> origin.toLowerCase(Locale.ROOT)).toList();
    this.open = open;
  }

  /**
   * Returns whether a request may be sent to this host name.
   *
   * @param authority the host and port it was sent to (its header Host), or null
   */
  public boolean admitsHost(@Nullable String authority) {
    return open || authority == null || isLoopback(authority) || isListed(authority);
  }

  /**
   * Returns whether a page may change something or connect.
   *
   * @param origin the value of the request's header Origin, or null
   * @param authority the host and port it was sent to (its header Host), or null
   */
  public boolean admits(@Nullable String origin, @Nullable String authority) {
    if (origin == null) {
      return true;
    }
    String lower = origin.toLowerCase(Locale.ROOT);
    if (!isOrigin(lower)) {
      return false;
    }
    String own = authorityOf(lower);
    return isLoopback(own) || allowed.contains(lower) || (open && own.equalsIgnoreCase(authority));
  }

  /** Returns whether a text is an origin: scheme http or https, host, and maybe a port. */
  public static boolean isOrigin(String text) {
    try {
      URI uri = new URI(text);
      return uri.getHost() != null
          && ("http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme()))
          && text.equalsIgnoreCase(uri.getScheme() + "://" + hostAndPort(uri));
    } catch (URISyntaxException e) {
      return false;
    }
  }

  private boolean isListed(String authority) {
    return allowed.stream().anyMatch(origin -> authorityOf(origin).equalsIgnoreCase(authority));
  }

  private static String authorityOf(String origin) {
    return origin.substring(origin.indexOf("://") + 3);
  }

  private static String hostAndPort(URI uri) {
    return uri.getPort() < 0 ? uri.getHost() : uri.getHost() + ':' + uri.getPort();
  }

  private static boolean isLoopback(String authority) {
    String host =
        authority.startsWith("[")
            ? authority.substring(0, authority.indexOf(']') + 1)
            : authority.split(":", 2)[0];
    return host.equalsIgnoreCase("localhost")
        || host.equals("[::1]")
        || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
  }
}
