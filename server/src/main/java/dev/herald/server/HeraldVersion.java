package dev.herald.server;

import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class HeraldVersion implements IVersionProvider {
  /** Made by the command line parser. */
  HeraldVersion() {}

  @Override
  public String[] getVersion() {
    return new String[] {"herald " + BuildVersion.text()};
  }
}
