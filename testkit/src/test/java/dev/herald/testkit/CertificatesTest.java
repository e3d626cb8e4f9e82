package dev.herald.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.metric.Metrics;
import dev.herald.core.tls.Certificates;
import dev.herald.core.tls.ClientAuth;
import dev.herald.core.tls.TlsSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What files make a TLS identity, and what is said of those that do not. */
final class CertificatesTest {
  @TempDir static Path directory;
  private static TestAuthority authority;
  private static TestAuthority.Issued good;

  @BeforeAll
  static void makeCertificates() {
    authority = new TestAuthority(directory);
    good = authority.issue("localhost");
  }

  private static Certificates start(Path certificate, Path key) throws IOException {
    TlsSettings settings =
        new TlsSettings(certificate.toString(), key.toString(), ClientAuth.OFF, "", 0, 0, 0);
    Certificates certificates = new Certificates(settings, new Metrics(), InstantSource.system());
    certificates.start();
    return certificates;
  }

  private static void assertRefused(Path certificate, Path key, String why) {
    assertThatThrownBy(() -> start(certificate, key).close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(why);
  }

  /** As operators have them: made by openssl in the new form and the old. */
  @ParameterizedTest
  @CsvSource({
    "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048, BEGIN PRIVATE KEY",
    "genrsa -traditional 2048, BEGIN RSA PRIVATE KEY",
    "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384, BEGIN PRIVATE KEY",
    "ecparam -genkey -name prime256v1 -noout, BEGIN EC PRIVATE KEY",
    "ecparam -genkey -name secp384r1, BEGIN EC PRIVATE KEY",
  })
  void key_ofEveryForm(String command, String form) throws IOException {
    Path key = directory.resolve("key-of-a-form.pem");
    Path certificate = directory.resolve("certificate-of-a-form.pem");
    String[] words = command.split(" ", 2);
    TestAuthority.openssl(words[0] + " -out " + key + " " + words[1]);
    assertThat(Files.readString(key)).contains(form);
    TestAuthority.openssl(
        "req -new -x509 -days 3 -subj /CN=x -key " + key + " -out " + certificate);
    try (Certificates certificates = start(certificate, key)) {
      assertThat(certificates.current().chain().getFirst().getSubjectX500Principal().getName())
          .isEqualTo("CN=x");
    }
  }

  @Test
  void chain_isReadWhole() throws IOException {
    Path chain = directory.resolve("chain.pem");
    Files.writeString(
        chain,
        "a comment\n"
            + Files.readString(good.certificate())
            + Files.readString(authority.certificate()));
    try (Certificates certificates = start(chain, good.key())) {
      assertThat(certificates.current().chain()).hasSize(2);
    }
  }

  @Test
  void files_thatDoNotFitAreNamed() throws IOException {
    Path encrypted = directory.resolve("encrypted.pem");
    TestAuthority.openssl(
        "pkcs8 -topk8 -passout pass:secret -in " + good.key() + " -out " + encrypted);
    assertRefused(good.certificate(), encrypted, "tls.keyFile has an encrypted key");
    assertRefused(good.certificate(), authority.issue("x").key(), "tls.keyFile is not the key of");
    Path rsa = directory.resolve("rsa.pem");
    TestAuthority.openssl("genpkey -algorithm RSA -out " + rsa);
    assertRefused(good.certificate(), rsa, "tls.keyFile does not fit");
    assertRefused(good.certificate(), good.certificate(), "tls.keyFile has no private key");
    assertRefused(good.key(), good.key(), "tls.certificateFile ");
    Path empty = Files.createFile(directory.resolve("empty.pem"));
    assertRefused(empty, good.key(), "tls.certificateFile has no certificate");
    assertRefused(directory.resolve("none"), good.key(), "tls.certificateFile: there is no file");
    assertRefused(directory, good.key(), "tls.certificateFile: cannot read");
    Path large = Files.write(directory.resolve("large.pem"), new byte[(1 << 20) + 1]);
    assertRefused(large, good.key(), "larger than 1 MiB");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-----BEGIN PRIVATE KEY-----\n!!\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----",
        "-----BEGIN EC PRIVATE KEY-----\nMP//\n-----END EC PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nMAA=\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN DSA PRIVATE KEY-----\nMAA=\n-----END DSA PRIVATE KEY-----"
      })
  void key_thatIsDamagedIsRefused(String pem) throws IOException {
    Path key = Files.writeString(directory.resolve("damaged.pem"), pem);
    assertRefused(good.certificate(), key, "tls.keyFile has a");
  }

  @Test
  void settings_thatNeedEachOther() {
    assertThatThrownBy(() -> new TlsSettings("a", "", ClientAuth.OFF, "", 0, 0, 0))
        .hasMessage("certificateFile and keyFile need each other");
    assertThatThrownBy(() -> new TlsSettings("a", "b", ClientAuth.REQUIRED, "", 0, 0, 0))
        .hasMessageStartingWith("clientAuth needs clientCaFile");
    assertThatThrownBy(() -> new TlsSettings("", "", ClientAuth.OPTIONAL, "c", 0, 0, 0))
        .hasMessage("clientAuth needs certificateFile and keyFile");
    assertThat(new TlsSettings("", "", ClientAuth.OFF, "", 0, 0, 0).isOn()).isFalse();
  }
}
