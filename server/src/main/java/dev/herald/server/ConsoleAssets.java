package dev.herald.server;

import dev.herald.console.Console;
import dev.herald.http.Assets;
import java.util.Optional;

/** The console's files as the HTTP edge serves them. Thread-safe. */
final class ConsoleAssets implements Assets {
  private final Console console;

  ConsoleAssets(Console console) {
    this.console = console;
  }

  @Override
  public Optional<Asset> find(String path) {
    return console
        .find(path)
        .map(file -> new Asset(file.bytes(), file.mediaType(), file.cacheControl(), file.etag()));
  }

  @Override
  public String contentSecurityPolicy() {
    return console.contentSecurityPolicy();
  }
}
