-- Mailboxes and the messages in them. The sounds are files in the folder `mailboxes` beside this one.

CREATE TABLE mailboxes (
    id       TEXT PRIMARY KEY,                    -- the extension, or the digits of a general mailbox
    pin      TEXT,                                -- salt and hash of the PIN that was chosen by telephone
    greeting TEXT,                                -- the file of the owner's own greeting
    updated  INTEGER NOT NULL
) STRICT;

CREATE TABLE voicemails (
    id             INTEGER PRIMARY KEY,
    mailbox        TEXT NOT NULL,
    call           INTEGER NOT NULL,              -- its record may be written a moment later
    caller_kind    TEXT NOT NULL,                 -- as in calls
    caller         TEXT,
    caller_display TEXT NOT NULL DEFAULT '',
    received       INTEGER NOT NULL,
    length_ms      INTEGER NOT NULL,
    file           TEXT NOT NULL,
    heard          INTEGER NOT NULL DEFAULT 0,
    words          TEXT,                          -- what the recogniser made of it; empty: no words in it
    transcribed    INTEGER NOT NULL DEFAULT 0     -- the recogniser has had its try
) STRICT;
CREATE INDEX voicemails_by_mailbox ON voicemails (mailbox, received, id);
CREATE INDEX voicemails_by_time ON voicemails (received DESC, id DESC);
CREATE INDEX voicemails_untranscribed ON voicemails (id) WHERE transcribed = 0;

-- When somebody had heard, to its end, the spoken notice that the call is recorded. A recording of people without it is held
-- back.

ALTER TABLE legs ADD COLUMN told INTEGER;
