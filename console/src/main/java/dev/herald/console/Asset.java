package dev.herald.console;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * One file of the console, ready to be sent: its bytes and the values of the headers that belong to
 * them. Immutable by agreement: {@link #bytes()} hands out the one array that all answers share.
 */
public final class Asset {

  /**
   * Paths carry no version, so a browser may keep a file but has to ask whether it is still the
   * same; an unchanged one is answered by 304.
   */
  private static final String REVALIDATE = "no-cache";

  private final byte[] bytes;
  private final String mediaType;
  private final String etag;

  Asset(byte[] bytes, String mediaType) {
    this.bytes = bytes;
    this.mediaType = mediaType;
    this.etag = '"' + HexFormat.of().formatHex(sha256(bytes), 0, 16) + '"';
  }

  /**
   * The content.
   *
   * @return the shared array; the caller must not write to it
   */
  public byte[] bytes() {
    return bytes;
  }

  /**
   * The value of {@code Content-Type}.
   *
   * @return a media type with its charset where it has one, e.g. {@code text/css; charset=utf-8}
   */
  public String mediaType() {
    return mediaType;
  }

  /**
   * The value of {@code Cache-Control}.
   *
   * @return {@code no-cache}: keep it, but ask before each use
   */
  public String cacheControl() {
    return REVALIDATE;
  }

  /**
   * The value of {@code ETag}: strong, and the same for the same bytes in every process.
   *
   * @return the tag with its quotes; equal to one in {@code If-None-Match} means answer 304
   */
  public String etag() {
    return etag;
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
