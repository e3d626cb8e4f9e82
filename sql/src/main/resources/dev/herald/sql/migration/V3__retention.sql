-- What must be remembered of messages that are kept no longer.

-- The greatest id among them: no id is given twice.
ALTER TABLE latest ADD COLUMN pruned_id INTEGER NOT NULL DEFAULT 0;

-- The greatest ordinal of them in the list of the user's messages: the list goes on behind it.
ALTER TABLE app_user ADD COLUMN pruned_no INTEGER NOT NULL DEFAULT 0;

-- A recalled message that went before its recall, which shows it.
CREATE TABLE recalled_message (
  group_key      INTEGER NOT NULL,
  recall_seq     INTEGER NOT NULL, -- the number of the event that recalled it
  seq            INTEGER NOT NULL,
  message_id     INTEGER NOT NULL,
  user_key       INTEGER NOT NULL,
  create_time_ms INTEGER NOT NULL,
  type           INTEGER,
  PRIMARY KEY (group_key, recall_seq)
) STRICT, WITHOUT ROWID;
