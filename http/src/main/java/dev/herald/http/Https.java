package dev.herald.http;

import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.common.TlsProvider;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServerTlsConfig;
import dev.herald.core.tls.Certificates;
import dev.herald.core.tls.TlsIdentity;
import dev.herald.http.socket.Sockets;
import java.security.cert.X509Certificate;
import java.util.List;

/** Has HTTPS show, at each handshake, the certificate that is current then. Thread-safe. */
final class Https implements TlsProvider {
  private final Certificates certificates;

  Https(Certificates certificates) {
    this.certificates = certificates;
  }

  void addTo(ServerBuilder builder) {
    builder.tlsProvider(
        this,
        ServerTlsConfig.builder()
            .clientAuth(Sockets.clientAuth(certificates.settings().clientAuth()))
            .build());
  }

  @Override
  public TlsKeyPair keyPair(String hostname) {
    TlsIdentity identity = certificates.current();
    return TlsKeyPair.of(identity.key(), identity.chain());
  }

  @Override
  public List<X509Certificate> trustedCertificates(String hostname) {
    return certificates.current().clientAuthorities();
  }
}
