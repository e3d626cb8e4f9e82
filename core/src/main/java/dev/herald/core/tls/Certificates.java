package dev.herald.core.tls;

import dev.herald.core.metric.Metrics;
import dev.herald.core.metric.Metrics.Counter;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The server's TLS identity, kept as the files are: a thread reads them every two seconds, and what
 * changed is taken once it was the same twice, so that nothing half written is. What cannot be used
 * is logged and counted once, and the identity before it stays. Thread-safe.
 */
public final class Certificates implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Certificates.class.getName());
  private static final int POLL_SECONDS = 2;

  private final TlsSettings settings;
  private final InstantSource clock;
  private final Counter loaded;
  private final Counter refused;
  private final CountDownLatch closed = new CountDownLatch(1);

  private volatile @Nullable TlsIdentity current;

  // below: of the caller of start, then of the thread only
  private @Nullable TlsFiles taken;
  private @Nullable TlsFiles seen;
  private String problem = "";

  /**
   * Makes them; no file is read.
   *
   * @param settings where the files are; TLS is on
   * @param metrics where reloads are counted
   * @param clock the time of expiries
   */
  public Certificates(TlsSettings settings, Metrics metrics, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
    this.loaded = reloads(metrics, "loaded");
    this.refused = reloads(metrics, "refused");
    metrics.gauge(
        "herald_tls_certificate_expiry_seconds",
        "When the certificate in use expires, in seconds since 1970.",
        () -> expiry(current).getEpochSecond());
  }

  private static Counter reloads(Metrics metrics, String result) {
    return metrics.counter(
        "herald_tls_reloads_total",
        "result",
        result,
        "Changed certificate files that were taken, or could not be used.");
  }

  /**
   * Reads the files, then looks for changes until {@link #close}.
   *
   * @throws IOException if they cannot be used, with a sentence that names setting and reason
   */
  public void start() throws IOException {
    TlsFiles files = TlsFiles.read(settings);
    try {
      current = TlsIdentity.of(files);
    } catch (GeneralSecurityException e) {
      throw new IOException(e.getMessage(), e);
    }
    taken = files;
    warnIfExpired();
    var _ = Thread.ofPlatform().name("herald-tls").daemon().start(this::watch);
  }

  /** Returns the settings they were made with. */
  public TlsSettings settings() {
    return settings;
  }

  /**
   * Returns the identity to use for the next handshake; the same object until it changes.
   *
   * @throws IllegalStateException before the start
   */
  public TlsIdentity current() {
    TlsIdentity identity = current;
    if (identity == null) {
      throw new IllegalStateException("not started");
    }
    return identity;
  }

  private void watch() {
    try {
      while (!closed.await(POLL_SECONDS, TimeUnit.SECONDS)) {
        look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    TlsFiles files;
    try {
      files = TlsFiles.read(settings);
    } catch (IOException e) {
      seen = null;
      refuse(e);
      return;
    }
    TlsFiles before = seen;
    seen = files;
    if (taken != null && files.isSame(taken)) {
      problem = "";
    } else if (before != null && files.isSame(before)) {
      take(files);
    }
  }

  private void take(TlsFiles files) {
    try {
      current = TlsIdentity.of(files);
      taken = files;
      problem = "";
      loaded.increment();
      LOG.log(Level.INFO, "tls.reloaded expires=" + expiry(current));
      warnIfExpired();
    } catch (GeneralSecurityException e) {
      refuse(e);
    }
  }

  /** Logs and counts a problem once, however often it is met. */
  private void refuse(Exception why) {
    String text = String.valueOf(why.getMessage());
    if (!text.equals(problem)) {
      problem = text;
      refused.increment();
      LOG.log(Level.WARNING, "tls.reload_refused the certificate before stays: " + text);
    }
  }

  private void warnIfExpired() {
    Instant expiry = expiry(current);
    if (!expiry.isAfter(clock.instant())) {
      LOG.log(Level.WARNING, "tls.certificate_expired at=" + expiry);
    }
  }

  private static Instant expiry(@Nullable TlsIdentity identity) {
    if (identity == null) {
      return Instant.EPOCH;
    }
    X509Certificate own = identity.chain().getFirst();
    return own.getNotAfter().toInstant();
  }

  /** Looks for changes no more. */
  @Override
  public void close() {
    closed.countDown();
  }
}
