package dev.herald.core.tls;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a private key from PEM text (RFC 7468).
 *
 * <p>The JDK reads PKCS#8 only. The older forms hold the same key without the name of its
 * algorithm, so they are wrapped: PKCS#8 is a sequence of the number 0, the algorithm and the key
 * (RFC 5208).
 */
final class PrivateKeyPem {
  private static final Pattern BLOCK =
      Pattern.compile(
          "-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----([^-]*)-----END \\1-----", Pattern.DOTALL);
  private static final List<String> ALGORITHMS = List.of("EC", "RSA");

  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;

  /** Where the form of EC keys (RFC 5915) names its curve: the element [0]. */
  private static final int EC_PARAMETERS = 0xA0;

  private static final byte[] VERSION_0 = {0x02, 1, 0};

  /** The object identifier rsaEncryption with its parameter NULL. */
  private static final byte[] RSA = {
    0x06, 9, 0x2A, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xF7, 0x0D, 1, 1, 1, 0x05, 0
  };

  /** The object identifier id-ecPublicKey. */
  private static final byte[] EC = {0x06, 7, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 2, 1};

  private PrivateKeyPem() {}

  /**
   * Reads the first private key of a text.
   *
   * @throws GeneralSecurityException if there is none, or none that can be used; with a sentence
   *     for the operator that says nothing of the key
   */
  static PrivateKey read(byte[] pem) throws GeneralSecurityException {
    String text = new String(pem, StandardCharsets.ISO_8859_1);
    Matcher block = BLOCK.matcher(text);
    if (!block.find()) {
      throw new GeneralSecurityException("has no private key in PEM form");
    }
    String kind = block.group(1);
    if (kind.startsWith("ENCRYPTED") || block.group(2).contains("ENCRYPTED")) {
      throw new GeneralSecurityException("has an encrypted key; write it without a passphrase");
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(block.group(2));
      return switch (kind) {
        case "PRIVATE KEY" -> key(der);
        case "RSA PRIVATE KEY" -> key(pkcs8(RSA, der));
        case "EC PRIVATE KEY" -> key(pkcs8(join(EC, curveOf(der)), der));
        default -> throw new GeneralSecurityException("has a key of an unknown form: " + kind);
      };
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new GeneralSecurityException("has a key that is damaged", e);
    }
  }

  private static PrivateKey key(byte[] pkcs8) throws GeneralSecurityException {
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      } catch (InvalidKeySpecException e) {
        // a key of another algorithm
      }
    }
    throw new GeneralSecurityException("has a key that is damaged, or neither RSA nor EC");
  }

  private static byte[] pkcs8(byte[] algorithm, byte[] key) {
    return element(
        SEQUENCE, join(VERSION_0, join(element(SEQUENCE, algorithm), element(OCTET_STRING, key))));
  }

  /** Returns the object identifier of the curve that an EC key (RFC 5915) names. */
  private static byte[] curveOf(byte[] ecKey) throws GeneralSecurityException {
    int at = contentAt(ecKey, 0);
    while (at < ecKey.length) {
      int content = contentAt(ecKey, at);
      int length = lengthOf(ecKey, at);
      if ((ecKey[at] & 0xFF) == EC_PARAMETERS) {
        return java.util.Arrays.copyOfRange(ecKey, content, content + length);
      }
      at = content + length;
    }
    throw new GeneralSecurityException("has an EC key that does not name its curve");
  }

  private static int lengthOf(byte[] der, int at) {
    int first = der[at + 1] & 0xFF;
    if (first < 0x80) {
      return first;
    }
    int length = 0;
    for (int i = 0; i < (first & 3); i++) {
      length = (length << 8) | (der[at + 2 + i] & 0xFF);
    }
    return length;
  }

  private static int contentAt(byte[] der, int at) {
    int first = der[at + 1] & 0xFF;
    return at + 2 + (first < 0x80 ? 0 : first & 3);
  }

  private static byte[] element(int tag, byte[] content) {
    int length = content.length;
    byte[] head =
        length < 0x80
            ? new byte[] {(byte) tag, (byte) length}
            : new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
    return join(head, content);
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] both = java.util.Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
