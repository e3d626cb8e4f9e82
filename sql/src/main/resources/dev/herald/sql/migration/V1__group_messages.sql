-- Groups, users and messages. Every id is compared byte by byte (BINARY is SQLite's default).

-- A group and where it stands; written in the transaction that stores the group's events.
CREATE TABLE group_head (
  group_key    INTEGER PRIMARY KEY,
  app_id       TEXT    NOT NULL,
  group_id     TEXT    NOT NULL,
  seq          INTEGER NOT NULL, -- the number of its last event
  message_no   INTEGER NOT NULL, -- the ordinal of its last message: how many it has
  last_time_ms INTEGER NOT NULL, -- the time of its last event
  UNIQUE (app_id, group_id)
) STRICT;

-- A user of an app; messages name it by the short key.
CREATE TABLE app_user (
  user_key INTEGER PRIMARY KEY,
  app_id   TEXT    NOT NULL,
  user_id  TEXT    NOT NULL,
  UNIQUE (app_id, user_id)
) STRICT;

-- The messages of a group lie together in the order of their ordinal: 1, 2, 3 without a gap.
-- create_time_ms never decreases with it, so a range of times is a range of ordinals.
CREATE TABLE message (
  group_key         INTEGER NOT NULL,
  no                INTEGER NOT NULL,
  seq               INTEGER NOT NULL, -- the number of the event that created it
  message_id        INTEGER NOT NULL,
  user_key          INTEGER NOT NULL,
  create_time_ms    INTEGER NOT NULL,
  type              INTEGER,
  client_message_id TEXT,
  content           TEXT    NOT NULL, -- last, so that what overflows a page hides no other column
  PRIMARY KEY (group_key, no)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX message_by_id ON message (message_id);
CREATE INDEX message_by_time ON message (group_key, create_time_ms, no);
CREATE UNIQUE INDEX message_by_client_id ON message (user_key, client_message_id)
  WHERE client_message_id IS NOT NULL;
