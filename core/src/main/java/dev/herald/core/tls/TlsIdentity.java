package dev.herald.core.tls;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * What a TLS listener shows and trusts. Immutable.
 *
 * @param key the private key of the first certificate
 * @param chain the server's certificate and those that lead to its authority, at least one
 * @param clientAuthorities those who sign clients' certificates; empty if clients show none
 */
public record TlsIdentity(
    PrivateKey key, List<X509Certificate> chain, List<X509Certificate> clientAuthorities) {

  /** Makes an identity of what was checked before. */
  public TlsIdentity {
    chain = List.copyOf(chain);
    clientAuthorities = List.copyOf(clientAuthorities);
  }

  /**
   * Reads an identity and checks that key and certificate belong together.
   *
   * @throws GeneralSecurityException with a sentence that names the setting
   */
  static TlsIdentity of(TlsFiles files) throws GeneralSecurityException {
    List<X509Certificate> chain = certificates("tls.certificateFile", files.certificate());
    List<X509Certificate> authorities =
        files.clientCa().length == 0
            ? List.of()
            : certificates("tls.clientCaFile", files.clientCa());
    PrivateKey key;
    try {
      key = PrivateKeyPem.read(files.key());
    } catch (GeneralSecurityException e) {
      throw new GeneralSecurityException("tls.keyFile " + e.getMessage(), e);
    }
    checkPair(key, chain.getFirst());
    return new TlsIdentity(key, chain, authorities);
  }

  private static List<X509Certificate> certificates(String setting, byte[] pem)
      throws GeneralSecurityException {
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      for (Certificate each :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem))) {
        certificates.add((X509Certificate) each);
      }
    } catch (CertificateException e) {
      throw new GeneralSecurityException(setting + " cannot be read: " + e.getMessage(), e);
    }
    if (certificates.isEmpty()) {
      throw new GeneralSecurityException(setting + " has no certificate in PEM form");
    }
    return certificates;
  }

  private static void checkPair(PrivateKey key, X509Certificate certificate)
      throws GeneralSecurityException {
    Signature signature = Signature.getInstance(signatureOf(key));
    byte[] text = {1, 2, 3};
    try {
      signature.initSign(key);
      signature.update(text);
      byte[] signed = signature.sign();
      signature.initVerify(certificate.getPublicKey());
      signature.update(text);
      if (signature.verify(signed)) {
        return;
      }
    } catch (GeneralSecurityException e) {
      throw new GeneralSecurityException(
          "tls.keyFile does not fit the certificate of tls.certificateFile", e);
    }
    throw new GeneralSecurityException(
        "tls.keyFile is not the key of the certificate of tls.certificateFile");
  }

  private static String signatureOf(PrivateKey key) {
    return key.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
  }
}
