-- Groups, users, messages, notices and what happened. Every id is compared byte by byte (BINARY is
-- SQLite's default). Lists are numbered: see OrdinalList.

-- A group and where it stands; written in the transaction that stores the group's events.
CREATE TABLE group_head (
  group_key    INTEGER PRIMARY KEY,
  app_id       TEXT    NOT NULL,
  group_id     TEXT    NOT NULL,
  seq          INTEGER NOT NULL, -- the number of its last event
  message_no   INTEGER NOT NULL, -- the ordinal of its last message
  notice_no    INTEGER NOT NULL, -- the ordinal of its last notice
  last_time_ms INTEGER NOT NULL, -- the time of its last event
  pruned_seq   INTEGER NOT NULL DEFAULT 0, -- the number of the last event that was removed
  pruned_no    INTEGER NOT NULL DEFAULT 0, -- how many messages were created up to that event
  UNIQUE (app_id, group_id)
) STRICT;

-- The time of the latest event of all groups: one row.
CREATE TABLE latest (
  one     INTEGER PRIMARY KEY CHECK (one = 1),
  time_ms INTEGER NOT NULL
) STRICT;
INSERT INTO latest VALUES (1, -9223372036854775808);

-- A user of an app; messages name it by the short key.
CREATE TABLE app_user (
  user_key  INTEGER PRIMARY KEY,
  app_id    TEXT    NOT NULL,
  user_id   TEXT    NOT NULL,
  notice_no INTEGER NOT NULL DEFAULT 0, -- the ordinal of its last notice
  UNIQUE (app_id, user_id)
) STRICT;

-- A user who has written in a group, or was added to it.
CREATE TABLE member (
  user_key  INTEGER NOT NULL,
  group_key INTEGER NOT NULL,
  read_seq  INTEGER NOT NULL DEFAULT 0, -- the number of the last event the user has read
  notice_no INTEGER NOT NULL DEFAULT 0, -- the ordinal of its last notice in the group
  PRIMARY KEY (user_key, group_key)
) STRICT, WITHOUT ROWID;

-- The messages of a group lie together in the order of their ordinal: 1, 2, 3 without a gap.
-- create_time_ms never decreases with any ordinal, so a range of times is a range of ordinals.
CREATE TABLE message (
  group_key         INTEGER NOT NULL,
  no                INTEGER NOT NULL,
  seq               INTEGER NOT NULL, -- the number of the event that created it
  message_id        INTEGER NOT NULL,
  user_key          INTEGER NOT NULL,
  user_no           INTEGER NOT NULL, -- its ordinal among the user's messages
  member_no         INTEGER NOT NULL, -- its ordinal among the user's messages in the group
  create_time_ms    INTEGER NOT NULL,
  type              INTEGER,
  recall_seq        INTEGER,          -- the number of the event that recalled it
  client_message_id TEXT,
  content           TEXT    NOT NULL, -- last, so that what overflows a page hides no other column
  PRIMARY KEY (group_key, no)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX message_by_id ON message (message_id);
CREATE UNIQUE INDEX message_by_user ON message (user_key, user_no);
CREATE UNIQUE INDEX message_by_member ON message (group_key, user_key, member_no);
CREATE UNIQUE INDEX message_by_client_id ON message (user_key, client_message_id)
  WHERE client_message_id IS NOT NULL;

CREATE TABLE notice (
  notice_id         INTEGER PRIMARY KEY,
  group_key         INTEGER NOT NULL,
  group_no          INTEGER NOT NULL, -- its ordinal among the group's notices
  seq               INTEGER NOT NULL, -- the number of the event that published it
  user_key          INTEGER NOT NULL,
  user_no           INTEGER NOT NULL, -- its ordinal among the user's notices
  member_no         INTEGER NOT NULL, -- its ordinal among the user's notices in the group
  create_time_ms    INTEGER NOT NULL,
  type              INTEGER NOT NULL,
  delete_seq        INTEGER,          -- the number of the event that deleted it
  client_message_id TEXT,
  title             TEXT    NOT NULL,
  jump_url          TEXT,
  content           TEXT    NOT NULL
) STRICT;

-- A deleted notice is in no list.
CREATE UNIQUE INDEX notice_by_group ON notice (group_key, group_no) WHERE delete_seq IS NULL;
CREATE UNIQUE INDEX notice_by_user ON notice (user_key, user_no) WHERE delete_seq IS NULL;
CREATE UNIQUE INDEX notice_by_member ON notice (group_key, user_key, member_no)
  WHERE delete_seq IS NULL;
CREATE UNIQUE INDEX notice_by_client_id ON notice (user_key, client_message_id)
  WHERE client_message_id IS NOT NULL;

-- Every event that is not the creation of a message. Between two of them seq - no is constant,
-- which makes a number an ordinal in one step.
CREATE TABLE group_event (
  group_key INTEGER NOT NULL,
  seq       INTEGER NOT NULL,
  no        INTEGER NOT NULL, -- how many messages were created before it
  kind      INTEGER NOT NULL, -- 1 recalled, 2 notice published, 3 notice deleted
  subject   INTEGER NOT NULL, -- the ordinal of the message, or the id of the notice
  time_ms   INTEGER NOT NULL,
  user_key  INTEGER,          -- who recalled or deleted it, if known
  cause     TEXT,
  PRIMARY KEY (group_key, seq)
) STRICT, WITHOUT ROWID;

-- How many entries of a list are gone, for each bucket of ordinals that lacks any: 64 ordinals at
-- level 1, 64 times as many at each further level.
CREATE TABLE gap (
  list    INTEGER NOT NULL, -- 1 messages of a user; notices: 2 of a group, 3 of a user, 4 of both
  key_1   INTEGER NOT NULL, -- the key of the group, or of the user
  key_2   INTEGER NOT NULL, -- the key of the user, or 0
  level   INTEGER NOT NULL, -- 1 to 4
  bucket  INTEGER NOT NULL, -- its first ordinal, divided by its size
  removed INTEGER NOT NULL,
  PRIMARY KEY (list, key_1, key_2, level, bucket)
) STRICT, WITHOUT ROWID;
