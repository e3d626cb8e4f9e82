package dev.herald.mqtt;

import java.net.SocketAddress;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the other end of a connection beside its socket.
 *
 * @param address where the client is by the header of a proxy; null if there was no proxy, or it
 *     did not say
 * @param certificateSubject the subject of the client's certificate, which was checked, as RFC 2253
 *     writes it; null if it showed none
 */
record Peer(@Nullable SocketAddress address, @Nullable String certificateSubject) {
  private static final Peer UNKNOWN = new Peer(null, null);

  static Peer orUnknown(@Nullable Peer peer) {
    return peer == null ? UNKNOWN : peer;
  }

  /**
   * Returns this with the subject of the certificate that it showed, if it was asked for one.
   *
   * @param tls has gone through the handshake
   */
  Peer afterHandshake(SSLEngine tls) {
    if (!tls.getNeedClientAuth() && !tls.getWantClientAuth()) {
      return this;
    }
    try {
      return new Peer(address, tls.getSession().getPeerPrincipal().getName());
    } catch (SSLPeerUnverifiedException none) {
      // it may connect without a certificate
      return this;
    }
  }
}
