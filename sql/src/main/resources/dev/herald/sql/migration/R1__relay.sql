-- What a relay remembers over a restart. Every id is compared byte by byte.

-- The retained message of each topic.
CREATE TABLE retained (
  app_id  TEXT NOT NULL,
  topic   TEXT NOT NULL,
  message BLOB NOT NULL,
  UNIQUE (app_id, topic)
) STRICT;

-- Sessions that outlive their connection. Two of one client are there only if the process ended
-- between the first one's end and its writing: then the greater number is the newer one.
CREATE TABLE session (
  session_id     INTEGER PRIMARY KEY,
  app_id         TEXT    NOT NULL,
  client_id      TEXT    NOT NULL,
  user_id        TEXT    NOT NULL,
  expiry_seconds INTEGER NOT NULL,
  ends_at_ms     INTEGER NOT NULL,
  will_at_ms     INTEGER NOT NULL,
  will           BLOB,
  subscriptions  BLOB    NOT NULL,
  received       BLOB    NOT NULL
) STRICT;

-- A message that waits for one session or more.
CREATE TABLE message (
  message_id INTEGER PRIMARY KEY,
  message    BLOB NOT NULL
) STRICT;

-- Which messages wait for a session, in the order they are sent.
CREATE TABLE queued (
  session_id  INTEGER NOT NULL,
  no          INTEGER NOT NULL,
  message_id  INTEGER NOT NULL,
  packet_id   INTEGER NOT NULL, -- 0 while it was not sent
  flags       INTEGER NOT NULL, -- QoS, 4: retain, 8: received by the client
  identifiers BLOB,             -- the subscription identifiers, NULL for none
  PRIMARY KEY (session_id, no)
) STRICT, WITHOUT ROWID;
