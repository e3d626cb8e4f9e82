package dev.herald.core.tls;

/** Whether the clients of TLS listeners show certificates. */
public enum ClientAuth {
  /** They are not asked for one. */
  OFF,
  /** They are asked; one that is shown must be valid. */
  OPTIONAL,
  /** A client without a valid one is refused. */
  REQUIRED
}
