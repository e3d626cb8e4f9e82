package dev.herald.http.socket;

import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.channel.Channel;

/**
 * Closes a connection at once. Armeria can only end a response, which waits behind whatever the
 * peer does not read; this is the one place that reaches for the Netty channel beneath.
 */
public final class Sockets {
  private Sockets() {}

  /**
   * Closes the connection a request came on; what was not written yet is lost. Does nothing if it
   * is closed already. From any thread, never blocks.
   *
   * @param request a request that has its connection for itself, as a WebSocket over HTTP/1 has;
   *     over HTTP/2 other requests of the peer end with it
   */
  public static void close(ServiceRequestContext request) {
    Channel channel = request.log().partial().channel();
    if (channel != null) {
      var _ = channel.close();
    }
  }
}
