package dev.herald.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Signs certificates for tests, by the program {@code openssl}. For one thread. */
public final class TestAuthority {
  private static final String SERVER_NAMES = "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1";
  private static final char[] NO_PASSWORD = {};

  private final Path directory;
  private final Issued own;
  private int issued;

  /**
   * A certificate with its key, both PEM.
   *
   * @param certificate the file of the certificate
   * @param key the file of the private key, EC, PKCS#8
   */
  public record Issued(Path certificate, Path key) {
    /** Moves both files to where these are, as an operator renews a certificate. */
    public void replace(Issued older) {
      try {
        Files.move(certificate, older.certificate, StandardCopyOption.REPLACE_EXISTING);
        Files.move(key, older.key, StandardCopyOption.REPLACE_EXISTING);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * Makes an authority with a key of its own.
   *
   * @param directory where its files are, made if it is missing
   */
  public TestAuthority(Path directory) {
    this.directory = directory;
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.own = new Issued(directory.resolve("ca.crt"), directory.resolve("ca.key"));
    openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out " + own.key);
    openssl(
        "req -new -x509 -days 30 -subj /CN=authority -key " + own.key + " -out " + own.certificate);
  }

  /** Returns the file of its own certificate, PEM. */
  public Path certificate() {
    return own.certificate;
  }

  /** Signs a certificate that is valid for some days, for localhost as a server. */
  public Issued issue(String commonName) {
    return issue(commonName, 30);
  }

  /** Signs a certificate that expired yesterday. */
  public Issued issueExpired(String commonName) {
    return issue(commonName, -1);
  }

  private Issued issue(String commonName, int days) {
    String name = ++issued + "-" + commonName;
    Issued made = new Issued(directory.resolve(name + ".crt"), directory.resolve(name + ".key"));
    Path request = directory.resolve(name + ".csr");
    openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out " + made.key);
    openssl(
        ("req -new -subj /O=Test/CN=" + commonName + " -addext " + SERVER_NAMES)
            + (" -key " + made.key + " -out " + request));
    openssl(
        ("x509 -req -copy_extensions copy -CAcreateserial -days " + days + " -in " + request)
            + (" -CA " + own.certificate + " -CAkey " + own.key + " -out " + made.certificate));
    return made;
  }

  /**
   * Makes what a Java client of TLS needs.
   *
   * @param shown the certificate it shows; null for none
   */
  public SSLContext clientContext(@Nullable Issued shown) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys(shown).getKeyManagers(), trust().getTrustManagers(), new SecureRandom());
      return context;
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** Makes what trusts the servers with certificates of this authority. */
  public TrustManagerFactory trust() {
    try {
      KeyStore trusted = emptyStore();
      trusted.setCertificateEntry("ca", read(own.certificate));
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(trusted);
      return factory;
    } catch (GeneralSecurityException | IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Makes what shows a certificate; null for none. */
  public static KeyManagerFactory keys(@Nullable Issued shown) {
    try {
      KeyStore keys = emptyStore();
      if (shown != null) {
        Certificate[] chain = {read(shown.certificate)};
        keys.setKeyEntry("own", key(shown.key), NO_PASSWORD, chain);
      }
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(keys, NO_PASSWORD);
      return factory;
    } catch (GeneralSecurityException | IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Reads the first certificate of a PEM file. */
  public static X509Certificate read(Path pem) {
    try (InputStream in = Files.newInputStream(pem)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError(pem.toString(), e);
    }
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static PrivateKey key(Path pem) throws GeneralSecurityException, IOException {
    String base64 = Files.readString(pem).replaceAll("-----[^-]*-----", "");
    byte[] der = Base64.getMimeDecoder().decode(base64);
    return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
  }

  /**
   * Runs {@code openssl}.
   *
   * @param arguments its arguments, none with a space in it
   * @throws AssertionError if it fails, with what it said
   */
  public static void openssl(String arguments) {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments.split(" ")));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new AssertionError("openssl " + arguments + ": " + said);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("openssl is needed; bin/check installs it", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
