package dev.herald.http.socket;

import com.linecorp.armeria.server.ServiceRequestContext;
import dev.herald.core.tls.ClientAuth;
import io.netty.channel.Channel;

/**
 * What Armeria leaves to Netty: this is the one place that reaches beneath it. It closes a
 * connection at once, where Armeria can only end a response, which waits for the peer to read or to
 * send the rest of its request; and it names the ways to ask for a client's certificate.
 */
public final class Sockets {
  private Sockets() {}

  /**
   * Closes the connection a request came on; what was not written yet is lost. Does nothing if it
   * is closed already. From any thread, never blocks.
   *
   * @param request a request that has its connection for itself, as one over HTTP/1 has; over
   *     HTTP/2 other requests of the peer end with it
   */
  public static void close(ServiceRequestContext request) {
    Channel channel = request.log().partial().channel();
    if (channel != null) {
      var _ = channel.close();
    }
  }

  /** Returns how Netty calls a way to ask clients for certificates. */
  public static io.netty.handler.ssl.ClientAuth clientAuth(ClientAuth setting) {
    return switch (setting) {
      case OFF -> io.netty.handler.ssl.ClientAuth.NONE;
      case OPTIONAL -> io.netty.handler.ssl.ClientAuth.OPTIONAL;
      case REQUIRED -> io.netty.handler.ssl.ClientAuth.REQUIRE;
    };
  }
}
