package dev.herald.core.client;

import dev.herald.core.error.HeraldException;

/**
 * The documents in which clients ask and are told, for an edge that carries documents and does not
 * look into them. Thread-safe. What reads one throws MALFORMED_REQUEST, FIELD_MISSING or
 * FIELD_INVALID.
 */
public interface ClientDocuments {
  /** Reads what a client wants to be from now on. */
  Registration.Change change(byte[] document);

  /** Returns what a client is. */
  byte[] registration(String clientId, Registration registration);

  /** Reads a notification. */
  NotificationDraft notification(byte[] document);

  /** Returns what became of a notification. */
  byte[] outcome(NotificationOutcome outcome);

  /** Returns a change of presence. */
  byte[] event(PresenceEvent event);

  /** Returns the present state, which is told before changes. */
  byte[] state(UserPresence presence);

  /** Returns the answer to a request that was refused. */
  byte[] problem(HeraldException refusal);
}
