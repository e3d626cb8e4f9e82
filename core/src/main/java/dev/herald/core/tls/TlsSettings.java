package dev.herald.core.tls;

import dev.herald.core.config.Setting;

/**
 * The settings of TLS: the section {@code tls}.
 *
 * @param certificateFile the certificate chain, PEM; empty for no TLS
 * @param keyFile the certificate's private key, PEM
 * @param clientAuth whether clients show certificates
 * @param clientCaFile who signs clients' certificates, PEM
 * @param mqttPort the TCP port of MQTT over TLS, 0 for one that the system picks
 * @param wsPort the TCP port of MQTT over secure WebSocket, 0 for one that the system picks
 * @param httpPort the TCP port of HTTPS, 0 for one that the system picks
 */
public record TlsSettings(
    @Setting(
            doc =
                "The file with the server's certificate and those that lead to its authority, PEM,"
                    + " the server's own first. Empty: no TLS, and none of its ports is opened."
                    + " This file, keyFile and clientCaFile are looked at every two seconds: what"
                    + " changed holds for every TLS handshake from then on, and what cannot be used"
                    + " is logged, counted and left aside.")
        String certificateFile,
    @Setting(
            doc =
                "The file with the certificate's private key, PEM, not encrypted: PKCS#8 (BEGIN"
                    + " PRIVATE KEY), BEGIN RSA PRIVATE KEY or BEGIN EC PRIVATE KEY.")
        String keyFile,
    @Setting(
            doc =
                "Whether clients of the TLS ports show certificates. off: they are not asked."
                    + " optional: one that is shown must be valid. required: a client without a"
                    + " valid one is refused. Others than off need clientCaFile.",
            def = "off")
        ClientAuth clientAuth,
    @Setting(doc = "The file with the certificates of those who sign clients' certificates, PEM.")
        String clientCaFile,
    @Setting(
            doc =
                "The TCP port for MQTT over TLS, opened once there is a certificate. 0 lets the"
                    + " system pick a free one.",
            def = "8883",
            min = "0",
            max = "65535")
        int mqttPort,
    @Setting(
            doc =
                "The TCP port for MQTT over secure WebSocket, path /mqtt, opened once there is a"
                    + " certificate. 0 lets the system pick a free one.",
            def = "8084",
            min = "0",
            max = "65535")
        int wsPort,
    @Setting(
            doc =
                "The TCP port for HTTPS, opened once there is a certificate. 0 lets the system pick"
                    + " a free one.",
            def = "8443",
            min = "0",
            max = "65535")
        int httpPort) {

  /**
   * Checks what single values cannot say.
   *
   * @throws IllegalArgumentException if one file is named without another that it needs
   */
  public TlsSettings {
    if (certificateFile.isBlank() != keyFile.isBlank()) {
      throw new IllegalArgumentException("certificateFile and keyFile need each other");
    }
    if (clientAuth != ClientAuth.OFF && clientCaFile.isBlank()) {
      throw new IllegalArgumentException(
          "clientAuth needs clientCaFile: the certificates of those who sign clients'"
              + " certificates");
    }
    if (clientAuth != ClientAuth.OFF && certificateFile.isBlank()) {
      throw new IllegalArgumentException("clientAuth needs certificateFile and keyFile");
    }
  }

  /** Returns whether there is a certificate, so that the TLS ports are opened. */
  public boolean isOn() {
    return !certificateFile.isBlank();
  }
}
