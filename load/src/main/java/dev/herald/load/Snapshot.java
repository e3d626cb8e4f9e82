package dev.herald.load;

import org.jspecify.annotations.Nullable;

/** The counts at one moment. */
final class Snapshot {
  final long atNs = System.nanoTime();
  final long sent;
  final long received;
  final Usage client;

  /** What the broker's process has used; null if it is not watched or gone. */
  final @Nullable Usage server;

  /** Takes it now. */
  Snapshot(Tally tally, long serverPid) {
    sent = tally.sent;
    received = tally.received;
    Usage own = Usage.of(ProcessHandle.current().pid());
    client = own == null ? new Usage(0, 0) : own;
    server = serverPid == 0 ? null : Usage.of(serverPid);
  }
}
