package dev.herald.mqtt;

import dev.herald.core.tls.Certificates;
import dev.herald.core.tls.TlsIdentity;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Makes the TLS handlers of new connections, each with the certificate that is current then: TLS
 * 1.2 and 1.3, by BoringSSL where its library can be loaded, else by the JDK. Thread-safe.
 *
 * <p>A handler has no timer: a handshake is part of the time allowed for CONNECT.
 */
final class TlsHandlers implements AutoCloseable {
  private static final Logger LOG = System.getLogger(TlsHandlers.class.getName());
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  private final Certificates certificates;
  private volatile @Nullable Made made;

  /** The one before, kept because a connection may be about to take a handler from it. */
  private @Nullable SslContext retired;

  TlsHandlers(Certificates certificates) {
    this.certificates = certificates;
  }

  private record Made(TlsIdentity of, SslContext context) {}

  /**
   * Makes what new connections share.
   *
   * @throws IOException if the certificate cannot be used, with a sentence for the operator
   */
  synchronized void start() throws IOException {
    TlsIdentity identity = certificates.current();
    try {
      made = new Made(identity, context(identity));
    } catch (SSLException | IllegalArgumentException e) {
      throw new IOException("tls.certificateFile cannot be used: " + e.getMessage(), e);
    }
  }

  /** Makes the handler of one connection. */
  SslHandler next(ByteBufAllocator allocator) {
    SslHandler handler = current().newHandler(allocator);
    handler.setHandshakeTimeoutMillis(0);
    return handler;
  }

  private SslContext current() {
    Made present = present();
    return isCurrent(present) ? present.context() : renewed();
  }

  private Made present() {
    Made present = made;
    if (present == null) {
      throw new IllegalStateException("not started");
    }
    return present;
  }

  @SuppressWarnings("ReferenceEquality") // it is the same object until it changes
  private boolean isCurrent(Made of) {
    return of.of() == certificates.current();
  }

  private synchronized SslContext renewed() {
    Made present = present();
    if (isCurrent(present)) {
      return present.context();
    }
    TlsIdentity identity = certificates.current();
    SslContext next = present.context();
    try {
      next = context(identity);
      ReferenceCountUtil.release(retired);
      retired = present.context();
    } catch (SSLException | IllegalArgumentException e) {
      LOG.log(Level.WARNING, "tls.reload_refused the certificate before stays", e);
    }
    made = new Made(identity, next);
    return next;
  }

  private SslContext context(TlsIdentity identity) throws SSLException {
    return SslContextBuilder.forServer(identity.key(), identity.chain())
        .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK)
        .protocols(PROTOCOLS)
        .clientAuth(clientAuth())
        .trustManager(identity.clientAuthorities())
        .build();
  }

  private ClientAuth clientAuth() {
    return switch (certificates.settings().clientAuth()) {
      case OFF -> ClientAuth.NONE;
      case OPTIONAL -> ClientAuth.OPTIONAL;
      case REQUIRED -> ClientAuth.REQUIRE;
    };
  }

  /** Lets go of what connections shared; those that are open keep their part of it. */
  @Override
  public synchronized void close() {
    Made last = made;
    made = null;
    if (last != null) {
      ReferenceCountUtil.release(last.context());
      ReferenceCountUtil.release(retired);
      retired = null;
    }
  }
}
