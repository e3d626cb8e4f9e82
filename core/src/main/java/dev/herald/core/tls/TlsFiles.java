package dev.herald.core.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What the files of {@link TlsSettings} hold at one moment.
 *
 * @param certificate the certificate chain
 * @param key the private key
 * @param clientCa those who sign clients' certificates; of length 0 if clients show none
 */
@SuppressWarnings("ArrayRecordComponent") // compared by isSame, never changed
record TlsFiles(byte[] certificate, byte[] key, byte[] clientCa) {
  /** No file is as large; what is larger was named by mistake. */
  private static final int BYTES_MAX = 1 << 20;

  /**
   * Reads the files.
   *
   * @throws IOException with a sentence that names setting and file
   */
  static TlsFiles read(TlsSettings settings) throws IOException {
    return new TlsFiles(
        read("tls.certificateFile", settings.certificateFile()),
        read("tls.keyFile", settings.keyFile()),
        settings.clientAuth() == ClientAuth.OFF
            ? new byte[0]
            : read("tls.clientCaFile", settings.clientCaFile()));
  }

  private static byte[] read(String setting, String file) throws IOException {
    try {
      Path path = Path.of(file);
      if (Files.size(path) > BYTES_MAX) {
        throw new IOException("it is larger than 1 MiB");
      }
      return Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      throw new IOException(setting + ": there is no file " + file, e);
    } catch (IOException | IllegalArgumentException e) {
      throw new IOException(setting + ": cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** Returns whether both hold the same bytes. */
  boolean isSame(TlsFiles other) {
    return Arrays.equals(certificate, other.certificate)
        && Arrays.equals(key, other.key)
        && Arrays.equals(clientCa, other.clientCa);
  }
}
