package dev.herald.http;

import java.util.Optional;

/** Static files that a browser may be given; the console's come this way. Thread-safe. */
public interface Assets {
  /**
   * Finds a file.
   *
   * @param path what follows the folder in the URL, percent-decoded, empty for the page itself
   * @return the file, or empty if there is none or it may not be given out
   */
  Optional<Asset> find(String path);

  /** Returns the value of {@code Content-Security-Policy} for every answer in the folder. */
  String contentSecurityPolicy();

  /**
   * A file and the headers that belong to it.
   *
   * @param bytes the content, shared; not to be written to
   * @param mediaType the value of {@code Content-Type}
   * @param cacheControl the value of {@code Cache-Control}
   * @param etag the value of {@code ETag}, with its quotes
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared, and a copy would only cost
  record Asset(byte[] bytes, String mediaType, String cacheControl, String etag) {}
}
